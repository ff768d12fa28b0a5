import { createCipheriv, createDecipheriv, hkdfSync, timingSafeEqual } from 'node:crypto'
import { sealed, type Bytes, type Sealed } from '#model/brands.ts'
import type { BytesName } from '#ports/object-store.ts'

/** Plaintext bytes of a chunk; the last has what is left. */
export const chunkBytes = 64 * 1024
const tagBytes = 16
export const saltBytes = 32
const magic = Buffer.from('KSO1', 'latin1')
const chunkPower = 16
/** Magic, layers, power of the chunk's size, 10 zeros, salt, tag. */
export const headerBytes = 16 + saltBytes + tagBytes
/** Chunk numbers are below 2^32, and no chunk's nonce begins with this byte. */
const headerNonce = Buffer.alloc(12, 0xff)

/** Keys of the layers, innermost first, 32 bytes each. */
export type LayerKeys = readonly Bytes[]

/** One run of bytes under its keys. Keys are derived for it alone, of a salt that is in its header: the nonce may be the chunk's number. */
export interface ByteSeal {
  readonly header: Sealed
  sealChunk(at: ChunkAt, plaintext: Bytes): Sealed
  /** `undefined` where it is not that chunk as it was written: changed, moved, cut, of other bytes or under other keys. */
  openChunk(at: ChunkAt, box: Bytes): Bytes | undefined
}

export interface ChunkAt {
  readonly number: number
  readonly last: boolean
}

/** As they lie at rest, without the header. */
export const sealedChunkBytes = (layers: number, plaintext = chunkBytes): number => plaintext + layers * tagBytes

/** Length of the plaintext, of the length at rest; `undefined` where nothing that was written whole is so long. */
export function plaintextLength(stored: number, layers: number): number | undefined {
  const body = stored - headerBytes
  const full = sealedChunkBytes(layers)
  const whole = Math.floor(body / full)
  const rest = body - whole * full
  if (rest === 0) return whole > 0 ? whole * chunkBytes : undefined
  // Nothing at all is one chunk of nothing; otherwise the last chunk has at least a byte.
  const left = rest - layers * tagBytes
  return left > 0 || (left === 0 && whole === 0) ? whole * chunkBytes + left : undefined
}

export const chunkCount = (plaintext: number): number => Math.max(1, Math.ceil(plaintext / chunkBytes))

/** For writing: `salt` is drawn anew for each run of bytes. */
export function newByteSeal(name: BytesName, keys: LayerKeys, salt: Bytes): ByteSeal {
  const fields = Buffer.concat([magic, Buffer.from([keys.length, chunkPower]), Buffer.alloc(10), salt])
  const layers = layersOf(name, keys, salt)
  return withHeader(layers, Buffer.concat([fields, headerTag(layers, fields)]))
}

/** For reading; `undefined` where the header is not of these bytes under these keys. */
export function storedByteSeal(name: BytesName, keys: LayerKeys, header: Bytes): ByteSeal | undefined {
  const fields = header.subarray(0, headerBytes - tagBytes)
  if (header.length !== headerBytes || fields[4] !== keys.length || !magic.equals(fields.subarray(0, 4))) return undefined
  const layers = layersOf(name, keys, fields.subarray(16))
  return timingSafeEqual(headerTag(layers, fields), header.subarray(headerBytes - tagBytes)) ? withHeader(layers, header) : undefined
}

interface Layers {
  readonly keys: readonly Buffer[]
  /** Bound into every chunk. */
  readonly name: Buffer
}

const layersOf = ({ compartment, id }: BytesName, keys: LayerKeys, salt: Bytes): Layers => ({
  keys: keys.map((key, layer) => Buffer.from(hkdfSync('sha256', key, salt, `keystead/object/${layer}/${compartment}/${id}`, 32))),
  name: Buffer.from(compartment + id, 'hex'),
})

function headerTag({ keys, name }: Layers, fields: Bytes): Buffer {
  const tag = createCipheriv('aes-256-gcm', keys.at(-1) ?? Buffer.alloc(0), headerNonce, { authTagLength: tagBytes })
  tag.setAAD(Buffer.concat([name, fields]))
  tag.final()
  return tag.getAuthTag()
}

function withHeader({ keys, name }: Layers, header: Bytes): ByteSeal {
  return {
    header: sealed(header),
    sealChunk(at, plaintext) {
      const bound = boundTo(name, at)
      return sealed(keys.reduce<Bytes>((inner, key) => sealedBy(key, bound, inner), plaintext))
    },
    openChunk: (at, box) => {
      const bound = boundTo(name, at)
      return keys.reduceRight<Bytes | undefined>((outer, key) => (outer === undefined ? undefined : openedBy(key, bound, outer)), box)
    },
  }
}

interface Bound {
  readonly nonce: Buffer
  readonly aad: Buffer
}

/** Number and last flag are in the nonce too, as STREAM has it (Hoang, Reyhanitabar, Rogaway, Vizár 2015). */
function boundTo(name: Buffer, { number, last }: ChunkAt): Bound {
  const nonce = Buffer.alloc(12)
  nonce[0] = last ? 1 : 0
  nonce.writeUInt32BE(number, 8)
  return { nonce, aad: Buffer.concat([name, nonce]) }
}

function sealedBy(key: Buffer, { nonce, aad }: Bound, plaintext: Bytes): Bytes {
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
  cipher.setAAD(aad)
  const box = Buffer.allocUnsafe(plaintext.length + tagBytes)
  box.set(cipher.update(plaintext))
  cipher.final()
  box.set(cipher.getAuthTag(), plaintext.length)
  return box
}

function openedBy(key: Buffer, { nonce, aad }: Bound, box: Bytes): Bytes | undefined {
  if (box.length < tagBytes) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
  decipher.setAAD(aad)
  decipher.setAuthTag(box.subarray(box.length - tagBytes))
  const plaintext = decipher.update(box.subarray(0, box.length - tagBytes))
  try {
    decipher.final()
    return plaintext
  } catch {
    plaintext.fill(0)
    return undefined
  }
}
