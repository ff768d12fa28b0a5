// The little X.509 (RFC 5280 4.1) that a published signing key needs: a version 3 certificate of itself, RSA with SHA-256.
import { encode, encodeInteger, tags } from './der.ts'

export interface SelfSigned {
  readonly commonName: string
  /** 1 to 20 bytes, taken as an unsigned number. */
  readonly serial: Uint8Array
  /** Milliseconds; whole seconds are kept. */
  readonly notBefore: number
  readonly notAfter: number
  /** SubjectPublicKeyInfo DER. */
  readonly publicKey: Uint8Array
}

/** What is to be signed: the TBSCertificate's DER. */
export function certificateToSign({ commonName, serial, notBefore, notAfter, publicKey }: SelfSigned): Uint8Array {
  const name = nameOf(commonName)
  return encode(
    tags.sequence,
    encode(tags.context0, encodeInteger(2n)),
    encodeInteger(BigInt(`0x${serial.toHex()}`)),
    sha256WithRsa(),
    name,
    encode(tags.sequence, time(notBefore), time(notAfter)),
    name,
    publicKey,
  )
}

/** The certificate around it; `signature` is RSASSA-PKCS1-v1_5 over SHA-256 of `toBeSigned`. */
export const certificateOf = (toBeSigned: Uint8Array, signature: Uint8Array): Uint8Array =>
  encode(tags.sequence, toBeSigned, sha256WithRsa(), encode(tags.bitString, Uint8Array.of(0), signature))

/** 1.2.840.113549.1.1.11 (RFC 4055 5). */
const sha256WithRsa = (): Uint8Array =>
  encode(tags.sequence, encode(tags.objectIdentifier, Uint8Array.fromHex('2a864886f70d01010b')), encode(tags.null))

/** One relative name: id-at-commonName, 2.5.4.3. */
function nameOf(commonName: string): Uint8Array {
  const attribute = encode(
    tags.sequence,
    encode(tags.objectIdentifier, Uint8Array.fromHex('550403')),
    encode(tags.utf8String, new TextEncoder().encode(commonName)),
  )
  return encode(tags.sequence, encode(tags.set, attribute))
}

/** UTCTime through 2049, GeneralizedTime from 2050 on (RFC 5280 4.1.2.5). */
function time(at: number): Uint8Array {
  const digits = Temporal.Instant.fromEpochMilliseconds(at)
    .toString({ smallestUnit: 'second' })
    .replaceAll(/[^0-9]/g, '')
  const short = digits < '2050'
  return encode(short ? tags.utcTime : tags.generalizedTime, new TextEncoder().encode(`${short ? digits.slice(2) : digits}Z`))
}
