import { createHash } from 'node:crypto'
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

const filesUnder = (folder: string): readonly string[] => globSync(join(folder, '**/*')).filter(path => isFile(path))

function isFile(path: string): boolean {
  // Journals come and go while we look.
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}

function contentOf(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch {
    return Buffer.alloc(0)
  }
}

export function occurrences(bytes: Buffer, needle: Uint8Array): number {
  let count = 0
  for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + needle.length)) count += 1
  return count
}

/** How often a needle stands in the files under a folder: as it is, in hex, in base64. */
export function countAtRest(folder: string, needle: Buffer): number {
  const spellings = [needle, Buffer.from(needle.toString('hex')), Buffer.from(needle.toString('base64').replace(/.{4}$/, ''))]
  let count = 0
  for (const path of filesUnder(folder)) {
    const bytes = contentOf(path)
    for (const spelling of spellings) count += occurrences(bytes, spelling)
  }
  return count
}

/** Digests of the disks' blocks at rest, to see later which were written anew. */
export type BlocksAtRest = ReadonlyMap<string, readonly string[]>
const blockBytes = 65_536

export function blocksAtRest(folder: string): BlocksAtRest {
  const files = filesUnder(folder).map(path => [path, digests(contentOf(path))] as const)
  return new Map(files)
}

function digests(bytes: Buffer): readonly string[] {
  const found: string[] = []
  for (let at = 0; at < bytes.length; at += blockBytes)
    found.push(
      createHash('sha256')
        .update(bytes.subarray(at, at + blockBytes))
        .digest('base64'),
    )
  return found
}

/** Bytes of blocks that are not as they were. */
export function bytesRewritten(before: BlocksAtRest, after: BlocksAtRest): number {
  let count = 0
  for (const [path, blocks] of after) count += blocks.filter((digest, at) => before.get(path)?.[at] !== digest).length * blockBytes
  return count
}
