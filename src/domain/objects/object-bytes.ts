import type { Bytes, Sealed } from '#model/brands.ts'
import type { BytesName, ObjectStore, StoredBytes } from '#ports/object-store.ts'
import type { Random } from '#ports/random.ts'
import {
  chunkBytes,
  chunkCount,
  headerBytes,
  newByteSeal,
  plaintextLength,
  saltBytes,
  sealedChunkBytes,
  storedByteSeal,
  type ByteSeal,
  type LayerKeys,
} from './byte-seal.ts'

/** Plaintext from `start` up to `end`, the one after the last. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** Where bytes lie and what opens them. */
export interface KeyedBytes {
  readonly name: BytesName
  readonly keys: LayerKeys
}

export interface OpenBytes {
  readonly length: number
  /** Closes when it is read to its end or given up. */
  read(range: ByteRange): AsyncIterable<Bytes>
  close(): Promise<void>
}

/** Encrypts while it writes, one chunk in memory; answers how long the plaintext was. */
export async function writeBytes(
  { store, random }: { readonly store: ObjectStore; readonly random: Random },
  { name, keys }: KeyedBytes,
  plaintext: AsyncIterable<Bytes>,
): Promise<number> {
  const seal = newByteSeal(name, keys, random.bytes(saltBytes))
  let length = 0
  async function* counted(): AsyncGenerator<Bytes> {
    for await (const bytes of plaintext) {
      length += bytes.length
      yield bytes
    }
  }
  await store.write(name, sealing(seal, counted()))
  return length
}

async function* sealing(seal: ByteSeal, plaintext: AsyncIterable<Bytes>): AsyncGenerator<Sealed> {
  yield seal.header
  const chunk = Buffer.allocUnsafe(chunkBytes)
  let [number, filled] = [0, 0]
  for await (const bytes of plaintext) {
    for (let at = 0; at < bytes.length;) {
      // A full chunk waits until more comes: only then is it known not to be the last.
      if (filled === chunkBytes) {
        yield seal.sealChunk({ number, last: false }, chunk)
        number += 1
        filled = 0
      }
      const taken = Math.min(chunkBytes - filled, bytes.length - at)
      chunk.set(bytes.subarray(at, at + taken), filled)
      filled += taken
      at += taken
    }
  }
  yield seal.sealChunk({ number, last: true }, chunk.subarray(0, filled))
  chunk.fill(0)
}

/** Rejects where what lies there is not, whole, what was written under that name and these keys. */
export async function openBytes(store: ObjectStore, { name, keys }: KeyedBytes, length: number): Promise<OpenBytes> {
  const stored = await store.open(name)
  try {
    const seal = storedByteSeal(name, keys, await stored.read(0, headerBytes))
    if (seal === undefined || plaintextLength(stored.length, keys.length) !== length) throw damaged(name)
    return {
      length,
      read: range => opening({ stored, seal, name, layers: keys.length, length }, range),
      close: async () => stored.close(),
    }
  } catch (cause) {
    await stored.close()
    throw cause
  }
}

const damaged = ({ id }: BytesName): Error => new Error(`the bytes ${id} were changed or are damaged`)

interface Opening {
  readonly stored: StoredBytes
  readonly seal: ByteSeal
  readonly name: BytesName
  readonly layers: number
  readonly length: number
}

async function* opening({ stored, seal, name, layers, length }: Opening, { start, end }: ByteRange): AsyncGenerator<Bytes> {
  try {
    const last = chunkCount(length) - 1
    for (let number = Math.floor(start / chunkBytes); number * chunkBytes < end; number += 1) {
      const from = number * chunkBytes
      const plain = Math.min(chunkBytes, length - from)
      const box = await stored.read(headerBytes + number * sealedChunkBytes(layers), sealedChunkBytes(layers, plain))
      const chunk = seal.openChunk({ number, last: number === last }, box)
      if (chunk === undefined) throw damaged(name)
      yield chunk.subarray(Math.max(0, start - from), Math.min(plain, end - from))
    }
  } finally {
    await stored.close()
  }
}
