// CMS EnvelopedData to one key, as machines expect it: version 2, the recipient by its key's identifier (RFC 5652 6; RFC 4055 4.1; RFC 3565 4.1).
import { constants, createCipheriv, hash, publicEncrypt } from 'node:crypto'
import { bitString, encode, encodeInteger, sequenceOf, tags } from '#crypto/der.ts'
import type { Bytes } from '#model/brands.ts'
import type { Random } from '#ports/random.ts'

const oids = {
  data: '2a864886f70d010701',
  envelopedData: '2a864886f70d010703',
  rsaesOaep: '2a864886f70d010107',
  mgf1: '2a864886f70d010108',
  sha256: '608648016503040201',
  aes256Cbc: '60864801650304012a',
} as const

const oid = (name: keyof typeof oids): Bytes => encode(tags.objectIdentifier, Uint8Array.fromHex(oids[name]))
const sha256 = (): Bytes => encode(tags.sequence, oid('sha256'), encode(tags.null))

/** `publicKey`: RSA, SubjectPublicKeyInfo DER. */
export function envelopedData(publicKey: Bytes, plaintext: Bytes, random: Random): Bytes {
  const [key, iv] = [random.bytes(32), random.bytes(16)]
  try {
    const cipher = createCipheriv('aes-256-cbc', key, iv)
    const content = Buffer.concat([cipher.update(plaintext), cipher.final()])
    const encryptedKey = publicEncrypt(
      { key: Buffer.from(publicKey), format: 'der', type: 'spki', padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
      key,
    )
    const recipient = encode(
      tags.sequence,
      encodeInteger(2n),
      encode(tags.implicit0, keyIdentifier(publicKey)),
      oaepIdentifier(),
      encode(tags.octetString, encryptedKey),
    )
    const algorithm = encode(tags.sequence, oid('aes256Cbc'), encode(tags.octetString, iv))
    const encrypted = encode(tags.sequence, oid('data'), algorithm, encode(tags.implicit0, content))
    const enveloped = encode(tags.sequence, encodeInteger(2n), encode(tags.set, recipient), encrypted)
    return encode(tags.sequence, oid('envelopedData'), encode(tags.context0, enveloped))
  } finally {
    key.fill(0)
  }
}

/** RFC 5280 4.2.1.2, method 1. */
const keyIdentifier = (publicKey: Bytes): Bytes => hash('sha1', bitString(sequenceOf(publicKey), 1), 'buffer')

/** Hash and mask both by SHA-256. */
const oaepIdentifier = (): Bytes =>
  encode(
    tags.sequence,
    oid('rsaesOaep'),
    encode(tags.sequence, encode(tags.context0, sha256()), encode(tags.context1, encode(tags.sequence, oid('mgf1'), sha256()))),
  )
