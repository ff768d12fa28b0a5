// Password-based encryption as PKCS #12 files use it: PBES2 (RFC 8018 6.2) and the older kinds of RFC 7292 appendix C.
import { createDecipheriv, pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import { AsnConvert, OctetString } from '@peculiar/asn1-schema'
import type { AlgorithmIdentifier } from '@peculiar/asn1-x509'
import { openRc2 } from '#adapters/native/rc2.ts'
import { content, elements, sequenceOf, tags, unsignedInteger } from '#crypto/der.ts'
import { integerOf } from '#crypto/integers.ts'
import { derive, purposes, type Pkcs12Hash } from './pkcs12-kdf.ts'
import { Refused } from './refused.ts'
import type { Rounds } from './rounds.ts'

const pbkdf2Async = promisify(pbkdf2)

/** `rc2`: node:crypto has it no more, the native module reads it. */
interface Cipher {
  readonly name: string
  readonly keyBytes: number
}
const rc2 = 'rc2-cbc'

/** RFC 8018 B.2, RFC 3565; contents of the identifiers, hex. */
const pbes2Ciphers: Readonly<Record<string, Cipher>> = {
  '60864801650304012a': { name: 'aes-256-cbc', keyBytes: 32 },
  '608648016503040116': { name: 'aes-192-cbc', keyBytes: 24 },
  '608648016503040102': { name: 'aes-128-cbc', keyBytes: 16 },
  '2a864886f70d0307': { name: 'des-ede3-cbc', keyBytes: 24 },
}
/** RFC 8018 B.1.2. */
const pseudorandom: Readonly<Record<string, Pkcs12Hash>> = {
  '2a864886f70d0207': 'sha1',
  '2a864886f70d0208': 'sha224',
  '2a864886f70d0209': 'sha256',
  '2a864886f70d020a': 'sha384',
  '2a864886f70d020b': 'sha512',
}
const pbkdf2Oid = '2a864886f70d01050c'
const pbes2 = '1.2.840.113549.1.5.13'

/** RFC 7292 C; RC4, which nobody wrote such files with, is named and refused. */
const olderCiphers: Readonly<Record<string, Cipher>> = {
  '1.2.840.113549.1.12.1.3': { name: 'des-ede3-cbc', keyBytes: 24 },
  '1.2.840.113549.1.12.1.4': { name: 'des-ede-cbc', keyBytes: 16 },
  '1.2.840.113549.1.12.1.5': { name: rc2, keyBytes: 16 },
  '1.2.840.113549.1.12.1.6': { name: rc2, keyBytes: 5 },
}
const gone: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.12.1.1': 'RC4 with 128 bits',
  '1.2.840.113549.1.12.1.2': 'RC4 with 40 bits',
}

/** The two spellings of a password: its text, and the BMPString of the older derivation; and what may still be derived from it. */
export interface Password {
  readonly text: string
  readonly bmp: Uint8Array
  readonly rounds: Rounds
}

/** The caller zeroes what comes. Raises `Refused`. */
export async function decrypted(algorithm: AlgorithmIdentifier, password: Password, ciphertext: Uint8Array): Promise<Uint8Array> {
  const parameters = new Uint8Array(algorithm.parameters ?? new ArrayBuffer(0))
  const given = await keyOf(algorithm.algorithm, parameters, password)
  try {
    return given.cipher === rc2 ? byRc2(given, ciphertext) : byOpenSsl(given, ciphertext)
  } catch (cause) {
    if (cause instanceof Refused) throw cause
    throw new Refused('it does not open with this password, or was damaged', { cause })
  } finally {
    given.key.fill(0)
  }
}

function byOpenSsl({ cipher, key, iv }: KeyAndIv, ciphertext: Uint8Array): Uint8Array {
  const decipher = createDecipheriv(cipher, key, iv)
  const [first, last] = [decipher.update(ciphertext), decipher.final()]
  const plain = Uint8Array.from(Buffer.concat([first, last]))
  first.fill(0)
  last.fill(0)
  return plain
}

function byRc2({ key, iv }: KeyAndIv, ciphertext: Uint8Array): Uint8Array {
  const cipher = openRc2()
  if (cipher === undefined)
    throw new Refused('it is encrypted with RC2, which is read by the native module alone: write the file again with AES')
  const plain = cipher.decrypt(key, iv, ciphertext)
  if (plain === undefined) throw new Error('no padding where it should be')
  return plain
}

interface KeyAndIv {
  readonly cipher: string
  readonly key: Uint8Array
  readonly iv: Uint8Array
}

async function keyOf(oid: string, parameters: Uint8Array, password: Password): Promise<KeyAndIv> {
  if (oid === pbes2) return pbes2Key(parameters, password)
  const older = olderCiphers[oid]
  if (older === undefined) {
    const name = gone[oid]
    throw new Refused(
      name === undefined
        ? `it is encrypted with ${oid}, which is not supported`
        : `it is encrypted with ${name}, which is not supported: write the file again with AES`,
    )
  }
  const members = sequenceOf(parameters)
  const iterations = iterationsAt(members)
  const derivation = { hash: 'sha1' as const, password: password.bmp, salt: content(members, 0, tags.octetString), iterations }
  // One for each block of hash: two for a key, one for its vector.
  password.rounds.take(3 * iterations)
  const [key, iv] = [await derive(derivation, purposes.key, older.keyBytes), await derive(derivation, purposes.iv, 8)]
  return { cipher: older.name, key, iv }
}

/** PBES2-params and PBKDF2-params (RFC 8018 A.2, A.4). */
async function pbes2Key(parameters: Uint8Array, { text, rounds }: Password): Promise<KeyAndIv> {
  const [derivation, encryption] = sequenceOf(parameters)
  if (derivation === undefined || encryption === undefined) throw new Refused('its encryption parameters are not whole')
  const [kdf, scheme] = [elements(derivation.content), elements(encryption.content)]
  const cipher = pbes2Ciphers[content(scheme, 0, tags.objectIdentifier).toHex()]
  if (content(kdf, 0, tags.objectIdentifier).toHex() !== pbkdf2Oid || cipher === undefined)
    throw new Refused('it is encrypted with a scheme of PBES2 that is not supported')
  const members = elements(content(kdf, 1, tags.sequence))
  const iterations = iterationsAt(members)
  const digest = pseudorandomOf(members.at(-1))
  rounds.take(iterations)
  const key = await pbkdf2Async(text, content(members, 0, tags.octetString), iterations, cipher.keyBytes, digest)
  return { cipher: cipher.name, key, iv: content(scheme, 1, tags.octetString) }
}

/** HMAC with SHA-1 where none is named. */
function pseudorandomOf(last: { readonly tag: number; readonly content: Uint8Array } | undefined): Pkcs12Hash {
  if (last?.tag !== tags.sequence) return 'sha1'
  const name = pseudorandom[content(elements(last.content), 0, tags.objectIdentifier).toHex()]
  if (name === undefined) throw new Refused('its key is derived by a function that is not supported')
  return name
}

/** Behind the salt, in both kinds of parameters. */
const iterationsAt = (members: Parameters<typeof unsignedInteger>[0]): number => Number(integerOf(unsignedInteger(members, 1)))

/** The bytes of an OCTET STRING that stands alone. */
export const octetsOf = (der: ArrayBuffer): Uint8Array => new Uint8Array(AsnConvert.parse(der, OctetString).buffer)
