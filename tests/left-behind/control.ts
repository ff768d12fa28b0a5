// What a search that finds nothing is worth: the same search over the same kinds of places, with something planted in each.
import { randomBytes } from 'node:crypto'
import { deflateSync, gzipSync } from 'node:zlib'
import type { Secret } from './finder.ts'
import { canary } from './noted.ts'
import { sentences, lookFor } from './readable.ts'
import { spellingsOf } from './spellings.ts'

const packings = { 'as it lies': (bytes: Buffer) => bytes, gzip: gzipSync, zlib: deflateSync } as const

export interface Control {
  readonly planted: number
  /** What was planted and not found. */
  readonly missed: readonly string[]
}

/** Plants a canary, a value in bytes and one of those that were noted, in every spelling, plain and compressed, each among noise. */
export function controlled(noted: readonly Secret[]): Control {
  const bytes = { what: 'planted bytes', bytes: randomBytes(32) }
  const text = { what: 'a value that a test marked', bytes: Buffer.from(canary('control')) }
  const [first = bytes] = noted
  const finder = lookFor([...noted, bytes])
  const missed: string[] = []
  let planted = 0
  for (const { what, bytes: value } of [text, bytes, first])
    for (const spelling of spellingsOf(value))
      for (const [packing, pack] of Object.entries(packings)) {
        planted += 1
        const place = `${spelling.name}, ${packing}`
        const noise = (): Buffer => randomBytes(1_000)
        const file = Buffer.concat([noise(), pack(Buffer.concat([Buffer.from(' {"a":"'), spelling.bytes, Buffer.from('"} ')])), noise()])
        if (!sentences(file, place, finder).some(sentence => sentence.startsWith(what))) missed.push(`${what}, ${place}`)
      }
  return { planted, missed }
}
