import { timingSafeEqual } from 'node:crypto'
import { sealed, type Bytes, type Sealed } from '#model/brands.ts'
import { boxNonceBytes, boxTagBytes as tagBytes, type Bound, type Boxes, type ByteMathematics } from '#ports/byte-mathematics.ts'
import type { BytesName } from '#ports/object-store.ts'

/** Plaintext bytes of a chunk; the last has what is left. */
export const chunkBytes = 64 * 1024
export const saltBytes = 32
const magic = Buffer.from('KSO1', 'latin1')
const chunkPower = 16
/** Magic, layers, power of the chunk's size, 10 zeros, salt, tag. */
export const headerBytes = 16 + saltBytes + tagBytes
/** Chunk numbers are below 2^32, and no chunk's nonce begins with this byte. */
const headerNonce = Buffer.alloc(boxNonceBytes, 0xff)

/** Keys of the layers, innermost first, 32 bytes each. */
export type LayerKeys = readonly Bytes[]

/**
 * One run of bytes under its keys, which go when it is disposed of. Keys are derived for it alone, of a salt that is in its header: the nonce may
 * be the chunk's number.
 */
export interface ByteSeal extends Disposable {
  readonly header: Sealed
  /** `into` is a tag a layer longer. Both may begin at the same byte. */
  sealChunk(at: ChunkAt, plaintext: Bytes, into: Bytes): void
  /** In place; its plaintext, or `undefined` where it is not that chunk as it was written: changed, moved, cut, of other bytes or under other keys. */
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

/** Of what a seal is made. */
export interface Sealing {
  readonly mathematics: ByteMathematics
  readonly name: BytesName
  readonly keys: LayerKeys
}

/** For writing: `salt` is drawn anew for each run of bytes. */
export function newByteSeal(sealing: Sealing, salt: Bytes): ByteSeal {
  const fields = Buffer.concat([magic, Buffer.from([sealing.keys.length, chunkPower]), Buffer.alloc(10), salt])
  const layers = layersOf(sealing, salt)
  return withHeader(layers, Buffer.concat([fields, headerTag(layers, fields)]))
}

/** For reading; `undefined` where the header is not of these bytes under these keys. */
export function storedByteSeal(sealing: Sealing, header: Bytes): ByteSeal | undefined {
  const fields = header.subarray(0, headerBytes - tagBytes)
  if (header.length !== headerBytes || fields[4] !== sealing.keys.length || !magic.equals(fields.subarray(0, 4))) return undefined
  const layers = layersOf(sealing, fields.subarray(16))
  if (timingSafeEqual(headerTag(layers, fields), header.subarray(headerBytes - tagBytes))) return withHeader(layers, header)
  close(layers)
  return undefined
}

interface Layers {
  /** Innermost first. */
  readonly boxes: readonly Boxes[]
  /** Bound into every chunk. */
  readonly name: Buffer
}

function layersOf({ mathematics, name: { compartment, id }, keys }: Sealing, salt: Bytes): Layers {
  const boxes = keys.map((key, layer) => mathematics.openBoxes({ key, salt, info: `keystead/object/${layer}/${compartment}/${id}` }))
  return { boxes, name: Buffer.from(compartment + id, 'hex') }
}

function close({ boxes }: Layers): void {
  for (const one of boxes) one[Symbol.dispose]()
}

const nothing = new Uint8Array(0)

/** The tag of nothing, bound to the fields: by the outermost layer, and alike for whoever makes and whoever proves it. */
function headerTag({ boxes, name }: Layers, fields: Bytes): Bytes {
  const tag = new Uint8Array(tagBytes)
  const outermost = boxes.at(-1)
  if (outermost === undefined) throw new Error('bytes have a layer at least')
  outermost.seal({ nonce: headerNonce, aad: Buffer.concat([name, fields]) }, nothing, tag)
  return tag
}

function withHeader(layers: Layers, header: Bytes): ByteSeal {
  const { boxes, name } = layers
  return {
    header: sealed(header),
    sealChunk(at, plaintext, into) {
      const bound = boundTo(name, at)
      let inner = plaintext
      for (const [layer, one] of boxes.entries()) {
        const outer = into.subarray(0, plaintext.length + (layer + 1) * tagBytes)
        one.seal(bound, inner, outer)
        inner = outer
      }
    },
    openChunk(at, box) {
      const bound = boundTo(name, at)
      let outer = box
      for (const one of boxes.toReversed()) {
        if (outer.length < tagBytes) return undefined
        const inner = outer.subarray(0, outer.length - tagBytes)
        if (!one.open(bound, outer, inner)) return undefined
        outer = inner
      }
      return outer
    },
    [Symbol.dispose]: () => close(layers),
  }
}

/** Number and last flag are in the nonce too, as STREAM has it (Hoang, Reyhanitabar, Rogaway, Vizár 2015). */
function boundTo(name: Buffer, { number, last }: ChunkAt): Bound {
  const nonce = Buffer.alloc(boxNonceBytes)
  nonce[0] = last ? 1 : 0
  nonce.writeUInt32BE(number, 8)
  return { nonce, aad: Buffer.concat([name, nonce]) }
}
