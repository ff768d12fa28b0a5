// What a symmetric key gives out: which backing key of which key of which account, then the module's box. Nothing in it is secret but the box's content.
import type { Bytes } from '#model/brands.ts'

/** Format 1. Clients know a ciphertext by the beginning of its base64, `AQICAH` (aws-kms.md 2.2). */
const head = Uint8Array.fromHex('0102020078')
const accountBytes = 6
const idBytes = 16
const materialBytes = 32
const prefixBytes = head.length + 1 + accountBytes + idBytes + materialBytes
const blobBytesMax = 6_144

/** How a key's id is written: of one Region, or of several. */
const forms = { uuid: 0, multiRegion: 1 } as const
const multiRegionPrefix = 'mrk-'

/** Whose ciphertext it says it is: believed no further than that key then opens it. */
export interface NamedKey {
  readonly accountId: string
  readonly keyId: string
  /** 64 hex digits. */
  readonly materialId: string
}

export function writeBlob({ accountId, keyId, materialId }: NamedKey, box: Bytes): Bytes {
  const several = keyId.startsWith(multiRegionPrefix)
  const blob = Buffer.alloc(prefixBytes + box.length)
  blob.set(head)
  let at: number = head.length
  at = blob.writeUInt8(several ? forms.multiRegion : forms.uuid, at)
  at = blob.writeUIntBE(Number(accountId), at, accountBytes)
  at += blob.write(several ? keyId.slice(multiRegionPrefix.length) : keyId.replaceAll('-', ''), at, idBytes, 'hex')
  at += blob.write(materialId, at, materialBytes, 'hex')
  if (at !== prefixBytes) throw new Error('the key has no id that a ciphertext can name')
  blob.set(box, at)
  return new Uint8Array(blob.buffer, blob.byteOffset, blob.length)
}

/** `undefined` for what no key here wrote. */
export function readBlob(blob: Bytes): { readonly named: NamedKey; readonly box: Bytes } | undefined {
  if (blob.length <= prefixBytes || blob.length > blobBytesMax || head.some((byte, at) => blob[at] !== byte)) return undefined
  const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.length)
  const form = bytes.readUInt8(head.length)
  const account = bytes.readUIntBE(head.length + 1, accountBytes)
  if ((form !== forms.uuid && form !== forms.multiRegion) || account >= 10 ** 12) return undefined
  const idAt = head.length + 1 + accountBytes
  const digits = bytes.toString('hex', idAt, idAt + idBytes)
  return {
    named: {
      accountId: account.toString().padStart(12, '0'),
      keyId: form === forms.multiRegion ? multiRegionPrefix + digits : asUuid(digits),
      materialId: bytes.toString('hex', idAt + idBytes, prefixBytes),
    },
    box: blob.subarray(prefixBytes),
  }
}

const asUuid = (digits: string): string =>
  `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`
