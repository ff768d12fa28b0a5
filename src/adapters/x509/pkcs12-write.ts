// A container that opens with an empty password: OpenSSL, Java and .NET read it so. Its secrecy is not the password's: it lies sealed, and leaves
// for whoever may read the secret (key-vault.md 4.6).
import { createCipheriv, createHmac, hash, pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import { encode, encodeInteger, tags } from '#crypto/der.ts'
import type { Bytes } from '#model/brands.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Pki } from '#ports/pki.ts'
import type { Random } from '#ports/random.ts'
import { bmpPassword, derive, purposes } from './pkcs12-kdf.ts'

const pbkdf2Async = promisify(pbkdf2)

/** The password is no secret: more of them would slow everybody and hinder nobody. OpenSSL's FIPS module takes no fewer than a thousand for a key. */
const keyIterations = 1_000
const saltBytes = 16

/** Contents of object identifiers, hex: RFC 7292 4.2 and appendix D, RFC 2985, RFC 8018 A and B, RFC 5754 2.2. */
const oids = {
  data: '2a864886f70d010701',
  certBag: '2a864886f70d010c0a0103',
  x509Certificate: '2a864886f70d01091601',
  shroudedKeyBag: '2a864886f70d010c0a0102',
  localKeyId: '2a864886f70d010915',
  pbes2: '2a864886f70d01050d',
  pbkdf2: '2a864886f70d01050c',
  hmacSha256: '2a864886f70d0209',
  aes256Cbc: '60864801650304012a',
  sha256: '608648016503040201',
} as const

const oid = (name: keyof typeof oids): Uint8Array => encode(tags.objectIdentifier, Uint8Array.fromHex(oids[name]))
const sequence = (...parts: readonly Uint8Array[]): Uint8Array => encode(tags.sequence, ...parts)
const octets = (bytes: Uint8Array): Uint8Array => encode(tags.octetString, bytes)
const integer = (value: number): Uint8Array => encodeInteger(BigInt(value))
const data = (bytes: Uint8Array): Uint8Array => sequence(oid('data'), encode(tags.context0, octets(bytes)))

/** `own` is the key's certificate, the first where it is absent; both say so. */
export async function writePkcs12(random: Random, bundle: Parameters<Pki['writePkcs12']>[0]): Promise<SecretBytes> {
  const { key, certificates } = bundle
  const own = bundle.own ?? certificates[0] ?? new Uint8Array()
  const keyId = encode(tags.set, sequence(oid('localKeyId'), encode(tags.set, octets(hash('sha1', own, 'buffer')))))
  const bags = certificates.map(der => certificateBag(der, Buffer.compare(der, own) === 0 ? [keyId] : []))
  const safe = sequence(data(sequence(...bags)), ...(key === undefined ? [] : [data(sequence(await keyBag(random, key, keyId)))]))
  return new SecretBytes(sequence(integer(3), data(safe), await integrityOf(random, safe)))
}

const certificateBag = (der: Bytes, attributes: readonly Uint8Array[]): Uint8Array =>
  sequence(oid('certBag'), encode(tags.context0, sequence(oid('x509Certificate'), encode(tags.context0, octets(der)))), ...attributes)

/** Shrouded, since Java reads no bare keys: PBES2 with AES-256-CBC and PBKDF2-HMAC-SHA-256. */
async function keyBag(random: Random, pkcs8: SecretBytes, keyId: Uint8Array): Promise<Uint8Array> {
  const [salt, iv] = [random.bytes(saltBytes), random.bytes(16)]
  const key = await pbkdf2Async('', salt, keyIterations, 32, 'sha256')
  const cipher = createCipheriv('aes-256-cbc', key, iv)
  const encrypted = Buffer.concat([cipher.update(pkcs8.bytes), cipher.final()])
  const shrouded = sequence(encryptionBy(salt, iv), octets(encrypted))
  return sequence(oid('shroudedKeyBag'), encode(tags.context0, shrouded), keyId)
}

function encryptionBy(salt: Uint8Array, iv: Uint8Array): Uint8Array {
  const parameters = sequence(octets(salt), integer(keyIterations), sequence(oid('hmacSha256'), encode(tags.null)))
  const derivation = sequence(oid('pbkdf2'), parameters)
  return sequence(oid('pbes2'), sequence(derivation, sequence(oid('aes256Cbc'), octets(iv))))
}

/** HMAC with SHA-256 over the safe, its key of one round, which is the default and so not written (RFC 7292 4). */
async function integrityOf(random: Random, safe: Uint8Array): Promise<Uint8Array> {
  const salt = random.bytes(saltBytes)
  const key = await derive({ hash: 'sha256', password: bmpPassword(''), salt, iterations: 1 }, purposes.mac, 32)
  const digest = createHmac('sha256', key).update(safe).digest()
  return sequence(sequence(sequence(oid('sha256'), encode(tags.null)), octets(digest)), octets(salt))
}
