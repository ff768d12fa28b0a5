// Where something secret can be read in what an instance wrote: store, disks, objects, log, audit.
import { closeSync, globSync, openSync, readSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { finderOf, type Finder, type Secret } from './finder.ts'
import { marker } from './noted.ts'
import { shapesIn } from './shapes.ts'

export interface Written {
  /** Its data directory. */
  readonly data: string
  /** What it printed, and its audit in clear. */
  readonly told: Readonly<Record<string, string>>
}

const filesIn = (folder: string): readonly string[] =>
  globSync(join(folder, '**/*')).filter(path => statSync(path, { throwIfNoEntry: false })?.isFile() === true)

const blockBytes = 64 * 1024
const nothing = Buffer.alloc(blockBytes)

/** What is in a file, without its holes: disks are mostly those. */
function contentOf(path: string): Buffer {
  const file = openSync(path, 'r')
  try {
    const blocks: Buffer[] = []
    for (let at = 0; ; at += blockBytes) {
      const block = Buffer.allocUnsafe(blockBytes)
      const length = readSync(file, block, 0, blockBytes, at)
      if (length === 0) return Buffer.concat(blocks)
      if (!block.equals(nothing)) blocks.push(block.subarray(0, length))
      // One byte stands for a hole: what is on its two sides is not together.
      else if (blocks.at(-1)?.length !== 1) blocks.push(nothing.subarray(0, 1))
    }
  } finally {
    closeSync(file)
  }
}

/** All secrets and what tests marked. */
export const lookFor = (secrets: Iterable<Secret>): Finder =>
  finderOf([
    ...['CANARY', 'canary'].map(word => ({ what: 'a value that a test marked', bytes: Buffer.from(`${word}${marker.at(-1)}`) })),
    ...secrets,
  ])

/** A sentence each. It names what stands there and does not repeat it. */
export function readableIn({ data, told }: Written, secrets: Iterable<Secret>): readonly string[] {
  const finder = lookFor(secrets)
  const files = filesIn(data).flatMap(path => sentences(contentOf(path), relative(data, path), finder))
  return [...files, ...Object.entries(told).flatMap(([place, text]) => sentences(Buffer.from(text), place, finder))]
}

/** Of a file or a text. */
export function sentences(bytes: Buffer, place: string, finder: Finder): readonly string[] {
  const found = finder(bytes).map(({ what, spelling }) => `${what} (${spelling}) can be read in ${place}`)
  return [...new Set([...found, ...shapesIn(bytes).map(what => `${what} can be read in ${place}`)])]
}

export interface Looked {
  readonly found: readonly string[]
  readonly files: number
  readonly bytes: number
}

/** Sentences, and how much was looked through. Files that are one by several names, as forks of disks are, are looked through once. */
export function lookedThrough(folder: string, finder: Finder, seen: Set<string>): Looked {
  const found: string[] = []
  let [files, bytes] = [0, 0]
  for (const path of filesIn(folder)) {
    const { dev, ino } = statSync(path)
    if (seen.has(`${dev}:${ino}`)) continue
    seen.add(`${dev}:${ino}`)
    const content = contentOf(path)
    files += 1
    bytes += content.length
    found.push(...sentences(content, relative(folder, path), finder))
  }
  return { found, files, bytes }
}
