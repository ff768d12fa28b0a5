import { createHmac, timingSafeEqual } from 'node:crypto'
import { EncryptedContentInfo, id_data, id_encryptedData, type ContentInfo } from '@peculiar/asn1-cms'
import {
  AuthenticatedSafe,
  CertBag,
  id_certBag,
  id_keyBag,
  id_pkcs8ShroudedKeyBag,
  id_SafeContents,
  id_x509Certificate,
  PFX,
  PKCS8ShroudedKeyBag,
  SafeContents,
  type MacData,
  type SafeBag,
} from '@peculiar/asn1-pfx'
import { AsnConvert, AsnProp, AsnPropTypes, AsnType, AsnTypeTypes } from '@peculiar/asn1-schema'
import type { Bytes } from '#model/brands.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { BundleFlaw, OpenedBundle } from '#ports/pki.ts'
import { decrypted, octetsOf, type Password } from './pkcs12-ciphers.ts'
import { bmpPassword, derive, outputBytes, purposes, type Pkcs12Hash } from './pkcs12-kdf.ts'
import { Refused } from './refused.ts'
import { roundsOfContainer } from './rounds.ts'

/** Bags may hold bags (RFC 7292 4.2.6); nobody writes them deeper. */
const depthMax = 4
const bagsMax = 100

/** RFC 5652 8, version 0; the schemas leave it out. Decorators are not TypeScript that Node strips: they are called. */
class EncryptedData {
  version = 0
  encryptedContentInfo = new EncryptedContentInfo()
}
AsnType({ type: AsnTypeTypes.Sequence })(EncryptedData)
AsnProp({ type: AsnPropTypes.Integer })(EncryptedData.prototype, 'version')
AsnProp({ type: EncryptedContentInfo })(EncryptedData.prototype, 'encryptedContentInfo')

/** RFC 8017 B.1. */
const macHashes: Readonly<Record<string, Pkcs12Hash>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}

/** Integrity by password, then every bag (RFC 7292 5.2). Containers sealed by public keys are refused. */
export async function readPkcs12(container: Bytes, text: string, rounds = roundsOfContainer()): Promise<OpenedBundle | BundleFlaw> {
  const taken: Taken = { keys: [], certificates: [], bags: 0 }
  try {
    const pfx = parsed(container)
    const safe = octetsOf(pfx.authSafe.content)
    const password = await passwordFor(pfx, safe, { text, rounds })
    for (const info of AsnConvert.parse(safe, AuthenticatedSafe)) {
      const plain = await contentsOf(info, password)
      await takeAll(taken, { contents: AsnConvert.parse(plain, SafeContents), password, depth: 0 })
      plain.fill(0)
    }
    return taken
  } catch (error) {
    for (const key of taken.keys) key[Symbol.dispose]()
    // The parsers say the rest of what a stranger's bytes are not.
    return { flaw: error instanceof Refused ? error.message : 'it is not a PKCS #12 container, or was damaged' }
  }
}

interface Taken {
  readonly keys: SecretBytes[]
  readonly certificates: Bytes[]
  bags: number
}

/** What a container says of its own length; `undefined` where it says none, as BER may (X.690 8.1.3). */
function saidLength(container: Bytes): number | undefined {
  const [, first = 0, ...rest] = container.subarray(0, 10)
  if (first < 0x80) return 2 + first
  const octets = first - 0x80
  return octets === 0 ? undefined : rest.slice(0, octets).reduce((length, octet) => length * 256 + octet, 0) + 2 + octets
}

function parsed(container: Bytes): PFX {
  const said = saidLength(container)
  if (said !== undefined && said !== container.length) throw new Refused('it is not a PKCS #12 container, or was damaged')
  const pfx = AsnConvert.parse(container, PFX)
  if (pfx.version !== 3 || pfx.authSafe.contentType !== id_data)
    throw new Refused('it is not a PKCS #12 container whose integrity rests on a password')
  return pfx
}

/** An empty password is spelled in two ways: two zero bytes, and none at all. The one that the integrity code speaks for is the container's. */
async function passwordFor({ macData }: PFX, safe: Uint8Array, { text, rounds }: Pick<Password, 'text' | 'rounds'>): Promise<Password> {
  const spellings = text === '' ? [bmpPassword(''), new Uint8Array()] : [bmpPassword(text)]
  // Without an integrity code, decryption alone tells: and of the spellings, the usual one.
  const [usual = new Uint8Array()] = spellings
  if (!isPresent(macData)) return { text, bmp: usual, rounds }
  for (const bmp of spellings) if (await isWhole(macData, safe, { text, bmp, rounds })) return { text, bmp, rounds }
  throw new Refused('it does not open with this password, or was damaged')
}

/** The schema gives an empty one where there is none. */
const isPresent = (mac: MacData | undefined): mac is MacData => mac !== undefined && mac.mac.digestAlgorithm.algorithm !== ''

async function isWhole({ mac, macSalt, iterations }: MacData, safe: Uint8Array, { bmp, rounds }: Password): Promise<boolean> {
  const hash = macHashes[mac.digestAlgorithm.algorithm]
  if (hash === undefined) throw new Refused('its integrity code is of a kind that is not supported')
  const expected = new Uint8Array(mac.digest.buffer)
  // Of another length it is no code of this hash; a long one would be derived block by block.
  if (expected.length !== outputBytes(hash)) throw new Refused('its integrity code is of a kind that is not supported')
  rounds.take(iterations)
  const key = await derive({ hash, password: bmp, salt: new Uint8Array(macSalt.buffer), iterations }, purposes.mac, expected.length)
  const found = createHmac(hash, key).update(safe).digest()
  key.fill(0)
  return found.length === expected.length && timingSafeEqual(found, expected)
}

async function contentsOf(info: ContentInfo, password: Password): Promise<Uint8Array> {
  if (info.contentType === id_data) return Uint8Array.from(octetsOf(info.content))
  if (info.contentType !== id_encryptedData) throw new Refused('it is encrypted for a public key, which is not supported')
  const { encryptedContentInfo } = AsnConvert.parse(info.content, EncryptedData)
  const { value, constructedValue = [] } = encryptedContentInfo.encryptedContent ?? {}
  const ciphertext = Buffer.concat(
    value === undefined ? constructedValue.map(part => Buffer.from(part.buffer)) : [Buffer.from(value.buffer)],
  )
  return decrypted(encryptedContentInfo.contentEncryptionAlgorithm, password, ciphertext)
}

interface Level {
  readonly contents: SafeContents
  readonly password: Password
  readonly depth: number
}

async function takeAll(taken: Taken, { contents, password, depth }: Level): Promise<void> {
  taken.bags += contents.length
  if (depth > depthMax || taken.bags > bagsMax) throw new Refused('it holds more bags than are taken')
  for (const bag of contents) await take(taken, bag, { contents, password, depth })
}

/** Revocation lists and secrets come along in some containers; nobody asked for them. */
async function take(taken: Taken, { bagId, bagValue }: SafeBag, level: Level): Promise<void> {
  if (bagId === id_keyBag) taken.keys.push(new SecretBytes(new Uint8Array(bagValue.slice(0))))
  if (bagId === id_pkcs8ShroudedKeyBag) {
    const { encryptionAlgorithm, encryptedData } = AsnConvert.parse(bagValue, PKCS8ShroudedKeyBag)
    taken.keys.push(new SecretBytes(await decrypted(encryptionAlgorithm, level.password, new Uint8Array(encryptedData.buffer))))
  }
  if (bagId === id_certBag) {
    const { certId, certValue } = AsnConvert.parse(bagValue, CertBag)
    if (certId !== id_x509Certificate) throw new Refused('it holds a certificate that is not X.509')
    taken.certificates.push(Uint8Array.from(octetsOf(certValue)))
  }
  if (bagId === id_SafeContents) {
    const contents = AsnConvert.parse(bagValue, SafeContents)
    await takeAll(taken, { ...level, contents, depth: level.depth + 1 })
  }
}
