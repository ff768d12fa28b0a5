import { sealed, type Bytes, type Sealed } from '#model/brands.ts'
import type { ByteMathematics } from '#ports/byte-mathematics.ts'
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

/** Of this length, to the byte: whoever gives them has seen to it. */
export interface Plaintext {
  readonly length: number
  readonly bytes: AsyncIterable<Bytes>
}

interface Writing {
  readonly mathematics: ByteMathematics
  readonly random: Random
}

/** Chunks that the store is given, or asked for, at once: each time is a way to another thread and back. */
const chunksAtOnce = 4

/** Encrypts while it writes, a few chunks in memory. */
export async function writeBytes(
  { store, ...writing }: Writing & { readonly store: ObjectStore },
  keyed: KeyedBytes,
  plaintext: Plaintext,
): Promise<void> {
  using seal = newSeal(writing, keyed)
  await store.write(keyed.name, sealing({ seal, layers: keyed.keys.length }, plaintext))
}

/** The same where they stay in memory: header, ciphertext, tags. */
export async function sealBytes(writing: Writing, keyed: KeyedBytes, plaintext: Plaintext): Promise<Sealed> {
  using seal = newSeal(writing, keyed)
  const pieces: Sealed[] = []
  for await (const piece of sealing({ seal, layers: keyed.keys.length }, plaintext)) pieces.push(piece)
  const [only] = pieces
  return pieces.length === 1 && only !== undefined ? only : sealed(Buffer.concat(pieces))
}

const newSeal = ({ mathematics, random }: Writing, { name, keys }: KeyedBytes): ByteSeal =>
  newByteSeal({ mathematics, name, keys }, random.bytes(saltBytes))

interface UnderSeal {
  readonly seal: ByteSeal
  readonly layers: number
}

/** A piece is the reader's until it asks for the next: the same memory then holds that one. */
async function* sealing({ seal, layers }: UnderSeal, { length, bytes }: Plaintext): AsyncGenerator<Sealed> {
  const chunks = chunkCount(length)
  const chunk = Buffer.allocUnsafeSlow(Math.min(length, chunkBytes))
  const piece = Buffer.allocUnsafeSlow(headerBytes + restBytes({ layers, length }, 0, Math.min(chunks, chunksAtOnce)))
  const filler = fillerOf(bytes)
  piece.set(seal.header)
  let filled = headerBytes
  try {
    for (let number = 0; number < chunks; number += 1) {
      const plain = chunk.subarray(0, Math.min(chunkBytes, length - number * chunkBytes))
      await filler.fill(plain)
      const box = piece.subarray(filled, filled + sealedChunkBytes(layers, plain.length))
      seal.sealChunk({ number, last: number === chunks - 1 }, plain, box)
      filled += box.length
      if (number < chunks - 1 && (number + 1) % chunksAtOnce !== 0) continue
      // Before the last is handed over, all have come, and what is wrong with them has been said.
      if (number === chunks - 1) await filler.end()
      yield sealed(piece.subarray(0, filled))
      filled = 0
    }
  } finally {
    chunk.fill(0)
    await filler.close()
  }
}

/** Bytes at rest of some chunks from one on, as far as there are any. */
const restBytes = ({ layers, length }: AtRest, first: number, chunks: number): number =>
  Math.min(length - first * chunkBytes, chunks * chunkBytes) + layers * chunks * (sealedChunkBytes(1) - chunkBytes)

interface Filler {
  fill(into: Buffer): Promise<void>
  /** Rejects where more come. */
  end(): Promise<void>
  /** Whoever gives the bytes hears that no more are wanted. */
  close(): Promise<void>
}

const otherLength = (): Error => new Error('other bytes came than were announced')

function fillerOf(bytes: AsyncIterable<Bytes>): Filler {
  const iterator = bytes[Symbol.asyncIterator]()
  let [held, at]: [Bytes, number] = [new Uint8Array(0), 0]
  const next = async (): Promise<boolean> => {
    const come = await iterator.next()
    if (come.done === true) return false
    ;[held, at] = [come.value, 0]
    return true
  }
  return {
    async fill(into) {
      for (let filled = 0; filled < into.length;) {
        if (at === held.length && !(await next())) throw otherLength()
        const taken = Math.min(into.length - filled, held.length - at)
        into.set(taken === held.length ? held : held.subarray(at, at + taken), filled)
        filled += taken
        at += taken
      }
    },
    async end() {
      while (at === held.length && (await next()));
      if (at < held.length) throw otherLength()
    },
    async close() {
      await iterator.return?.()
    },
  }
}

export interface Reading {
  readonly mathematics: ByteMathematics
  readonly store: ObjectStore
}

/**
 * A range of what was written under that name and these keys, which was so long. The first chunks are read and proved now; the rest while it is
 * taken, with nothing held open before. One chunk is not worth it: its bytes are the answer. Rejects where what lies there is not that, whole.
 */
export async function readBytes(
  reading: Reading,
  keyed: KeyedBytes,
  { length, range }: { readonly length: number; readonly range: ByteRange },
): Promise<Bytes | AsyncIterable<Bytes>> {
  const { store, mathematics } = reading
  const { name, keys } = keyed
  const layers = keys.length
  const run = firstRun(range)
  const stored = await store.open(name)
  let seal: ByteSeal | undefined
  try {
    if (plaintextLength(stored.length, layers) !== length) throw damaged(name)
    const { header, boxes } = await beginning(stored, { layers, length }, run)
    seal = storedByteSeal({ mathematics, name, keys }, header)
    if (seal === undefined) throw damaged(name)
    const chunks = opened({ seal, name, layers, length }, { ...run, boxes })
    const rest = { start: (run.first + run.count) * chunkBytes, end: range.end }
    if (rest.start < rest.end) return andThen(within(chunks, run, range), remaining({ store, seal, name, layers, length }, rest))
    seal[Symbol.dispose]()
    const wanted = within(chunks, run, range)
    const [only] = wanted
    return wanted.length === 1 && only !== undefined ? only : andThen(wanted)
  } catch (cause) {
    seal?.[Symbol.dispose]()
    throw cause
  } finally {
    await stored.close()
  }
}

const damaged = ({ id }: BytesName): Error => new Error(`the bytes ${id} were changed or are damaged`)

/** Chunks that are read at once. */
interface Run {
  readonly first: number
  readonly count: number
}

function firstRun({ start, end }: ByteRange): Run {
  const first = Math.floor(start / chunkBytes)
  return { first, count: Math.min(chunksAtOnce, Math.ceil(end / chunkBytes) - first) }
}

interface AtRest {
  readonly layers: number
  readonly length: number
}

const placeOf = ({ layers }: AtRest, chunk: number): number => headerBytes + chunk * sealedChunkBytes(layers)

/** At once where the one follows on the other. */
async function beginning(stored: StoredBytes, of: AtRest, run: Run): Promise<{ readonly header: Bytes; readonly boxes: Bytes }> {
  const boxesBytes = restBytes(of, run.first, run.count)
  if (run.first > 0) return { header: await stored.read(0, headerBytes), boxes: await stored.read(placeOf(of, run.first), boxesBytes) }
  const both = await stored.read(0, headerBytes + boxesBytes)
  return { header: both.subarray(0, headerBytes), boxes: both.subarray(headerBytes) }
}

interface Opening extends AtRest {
  readonly seal: ByteSeal
  readonly name: BytesName
}

/** In place. */
function opened({ seal, name, layers, length }: Opening, { first, count, boxes }: Run & { readonly boxes: Bytes }): readonly Bytes[] {
  const last = chunkCount(length) - 1
  return Array.from({ length: count }, (_, place) => {
    const at = place * sealedChunkBytes(layers)
    const number = first + place
    const chunk = seal.openChunk({ number, last: number === last }, boxes.subarray(at, at + sealedChunkBytes(layers)))
    if (chunk === undefined) throw damaged(name)
    return chunk
  })
}

/** What of them is in the range. */
const within = (chunks: readonly Bytes[], { first }: Run, { start, end }: ByteRange): readonly Bytes[] =>
  chunks.map((chunk, place) => {
    const from = (first + place) * chunkBytes
    return chunk.subarray(Math.max(0, start - from), Math.min(chunk.length, end - from))
  })

async function* andThen(first: readonly Bytes[], rest?: AsyncIterable<Bytes>): AsyncGenerator<Bytes> {
  yield* first
  if (rest !== undefined) yield* rest
}

async function* remaining({ store, ...of }: Opening & Pick<Reading, 'store'>, range: ByteRange): AsyncGenerator<Bytes> {
  const stored = await store.open(of.name)
  try {
    for (let { start } = range; start < range.end;) {
      const run = firstRun({ start, end: range.end })
      const boxes = await stored.read(placeOf(of, run.first), restBytes(of, run.first, run.count))
      yield* within(opened(of, { ...run, boxes }), run, range)
      start = (run.first + run.count) * chunkBytes
    }
  } finally {
    of.seal[Symbol.dispose]()
    await stored.close()
  }
}

/** What `sealBytes` made, in place. Throws where it is not that. */
export function openSealedBytes(mathematics: ByteMathematics, { name, keys }: KeyedBytes, run: Bytes): Bytes {
  using seal = storedByteSeal({ mathematics, name, keys }, run.subarray(0, headerBytes))
  const plaintext = seal?.openChunk({ number: 0, last: true }, run.subarray(headerBytes))
  if (plaintext === undefined) throw damaged(name)
  return plaintext
}
