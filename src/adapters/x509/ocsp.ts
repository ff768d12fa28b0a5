// The Online Certificate Status Protocol as bytes (RFC 6960 4), over the strict DER of keys: both sides are small, and a stranger sends one of them.
import { hash } from 'node:crypto'
import { content, elements, encode, sequenceOf, tags, unsignedInteger, type Element } from '#crypto/der.ts'
import type { Bytes, Millis } from '#model/brands.ts'
import type { CertificateStatus, Pki, StatusQuestion, StatusRequest } from '#ports/pki.ts'
import { keyIdentifier } from './extensions.ts'

/** More nobody asks at once. */
const questionsMax = 20
/** RFC 9654 2.1. */
const nonceBytesMax = 128

/** Contents of the identifiers, hex (RFC 8017 B.1, RFC 6960 4.2.1). */
const hashes: Readonly<Record<string, string>> = {
  '2b0e03021a': 'sha1',
  '608648016503040201': 'sha256',
  '608648016503040202': 'sha384',
  '608648016503040203': 'sha512',
}
const nonceOid = '2b0601050507300102'
const basicResponse = '2b0601050507300101'

const whole = ({ tag, content: inner }: Element): Bytes => encodeAs(tag, inner)

/** An element again, under whatever tag of the table it had. */
function encodeAs(tag: number, inner: Uint8Array): Bytes {
  const known = Object.values(tags).find(one => one === tag)
  if (known === undefined) throw new Error('DER: a tag that is not known')
  return Uint8Array.from(encode(known, inner))
}

export function readStatusRequest(der: Bytes): StatusRequest | undefined {
  try {
    const [request] = sequenceOf(der)
    if (request?.tag !== tags.sequence) return undefined
    const parts = elements(request.content)
    const list = parts.find(({ tag }) => tag === tags.sequence)
    if (list === undefined) return undefined
    const questions = elements(list.content).map(one => questionOf(elements(one.content)[0]))
    if (questions.length === 0 || questions.length > questionsMax) return undefined
    return { questions, nonce: nonceOf(parts.find(({ tag }) => tag === tags.context2)) }
  } catch {
    // Whatever a stranger's bytes are not.
    return undefined
  }
}

/** CertID. */
function questionOf(certId: Element | undefined): StatusQuestion {
  if (certId?.tag !== tags.sequence) throw new Error('DER: a CertID was expected')
  const members = elements(certId.content)
  const algorithm = content(elements(content(members, 0, tags.sequence)), 0, tags.objectIdentifier).toHex()
  // Looked at, so that what is echoed was a number.
  unsignedInteger(members, 3)
  return {
    certId: whole(certId),
    hash: hashes[algorithm],
    issuerNameHash: Uint8Array.from(content(members, 1, tags.octetString)),
    issuerKeyHash: Uint8Array.from(content(members, 2, tags.octetString)),
    serial: content(members, 3, tags.integer).toHex(),
  }
}

function nonceOf(extensions: Element | undefined): Bytes | undefined {
  if (extensions === undefined) return undefined
  const [list] = elements(extensions.content)
  const found = elements(list?.content ?? new Uint8Array()).find(
    one => content(elements(one.content), 0, tags.objectIdentifier).toHex() === nonceOid,
  )
  return found === undefined || found.content.length > nonceBytesMax ? undefined : whole(found)
}

/** Name and key of the issuer, by the hash that was asked with. */
export function asksAbout({ hash: name, issuerNameHash, issuerKeyHash }: StatusQuestion, issuer: Bytes): boolean {
  if (name === undefined) return false
  const { subject, keyBits } = namedKey(issuer)
  const same = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0
  return same(hash(name, subject, 'buffer'), issuerNameHash) && same(hash(name, keyBits, 'buffer'), issuerKeyHash)
}

/** Subject and public key bits of a certificate of ours: version 3, so both stand where they are looked for. */
function namedKey(certificate: Bytes): { readonly subject: Bytes; readonly keyBits: Bytes; readonly spki: Bytes } {
  const tbs = elements(content(sequenceOf(certificate), 0, tags.sequence))
  const subject = encode(tags.sequence, content(tbs, 5, tags.sequence))
  const spki = encode(tags.sequence, content(tbs, 6, tags.sequence))
  return { subject, spki, keyBits: content(sequenceOf(spki), 1, tags.bitString).subarray(1) }
}

export function statusToSign({ issuer, producedAt, nextUpdate, answers, nonce }: Parameters<Pki['statusToSign']>[0]): Bytes {
  const responder = encode(tags.context2, encode(tags.octetString, keyIdentifier(namedKey(issuer).spki)))
  const responses = answers.map(({ question, status }) =>
    encode(tags.sequence, question.certId, statusOf(status), time(producedAt), encode(tags.context0, time(nextUpdate))),
  )
  const extensions = nonce === undefined ? [] : [encode(tags.context1, encode(tags.sequence, nonce))]
  return encode(tags.sequence, responder, time(producedAt), encode(tags.sequence, ...responses), ...extensions)
}

function statusOf(status: CertificateStatus): Uint8Array {
  if (status === 'good') return encode(tags.implicit0)
  return status === 'unknown' ? encode(tags.implicit2) : encode(tags.context1, time(status.revokedAt))
}

/** GeneralizedTime, whole seconds (RFC 5280 4.1.2.5.2). */
function time(at: Millis): Uint8Array {
  const digits = Temporal.Instant.fromEpochMilliseconds(at)
    .toString({ smallestUnit: 'second' })
    .replaceAll(/[^0-9]/g, '')
  return encode(tags.generalizedTime, new TextEncoder().encode(`${digits}Z`))
}

const responseStatus = (value: number): Uint8Array => encode(tags.enumerated, Uint8Array.of(value))

/** RFC 6960 4.2.1: successful (0) with its bytes, or malformedRequest (1) without. */
export function statusAnswer(signed: Bytes | 'malformed'): Bytes {
  if (signed === 'malformed') return encode(tags.sequence, responseStatus(1))
  const type = encode(tags.objectIdentifier, Uint8Array.fromHex(basicResponse))
  const bytes = encode(tags.sequence, type, encode(tags.octetString, signed))
  return encode(tags.sequence, responseStatus(0), encode(tags.context0, bytes))
}
