import { closeSync, constants, existsSync, fstatSync, openSync, readSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { chunkBytes, type ChunkIdentity } from '#ports/block-store.ts'
import { nameOf } from './chunk-file.ts'
import { dataStart, decodeHeader, headerDisk } from './chunk-header.ts'
import { readList } from './chunk-list.ts'
import { codeOf } from './intents.ts'

export interface DiskInspection {
  /** Files that were looked at. */
  readonly chunks: number
  /** What is wrong with which file. */
  readonly findings: readonly { readonly file: string; readonly because: string }[]
}

/**
 * Each chunk of a disk as its file says it is: whole, this disk's, under these data keys; and those whose files the disk's list says are there.
 * The disk may be in use. A disk that was never written has no folder; one whose list is gone with the files has holes there.
 */
export async function inspectDisk(root: string, identity: ChunkIdentity): Promise<DiskInspection> {
  const folder = join(root, identity.diskId)
  const names = (await namesIn(folder)).filter(name => name === nameOf(Number.parseInt(name, 10)))
  const findings = lostIn(folder).map(chunk => ({ file: `${identity.diskId}/${nameOf(chunk)}`, because: 'its file is gone' }))
  for (const name of names) {
    const because = chunkProblem(join(folder, name), identity, Number.parseInt(name, 10))
    if (because !== undefined) findings.push({ file: `${identity.diskId}/${name}`, because })
  }
  return { chunks: names.length, findings }
}

/** A list that moves meanwhile is of a disk in use: what it said before the folder was looked at may have gone since, by its own word. */
function lostIn(folder: string): readonly number[] {
  for (let list = readList(folder); list !== undefined;) {
    const lost = [...list.chunks].filter(chunk => !existsSync(join(folder, nameOf(chunk))))
    const now = readList(folder)
    if (lost.length === 0 || now?.entries === list.entries) return lost
    list = now
  }
  return []
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return []
    throw cause
  }
}

function chunkProblem(path: string, identity: ChunkIdentity, chunk: number): string | undefined {
  const bytes = Buffer.alloc(dataStart)
  let size = 0
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    try {
      ;({ size } = fstatSync(fd))
      readSync(fd, bytes, 0, dataStart, 0)
    } finally {
      closeSync(fd)
    }
  } catch (cause) {
    // A chunk that was emptied meanwhile has lost its file.
    return codeOf(cause) === 'ENOENT' ? undefined : `it does not read: ${codeOf(cause) ?? 'unknown'}`
  }
  if (size < dataStart + chunkBytes) return `it is ${size} bytes long and should have ${dataStart + chunkBytes}`
  const header = decodeHeader(bytes)
  if (header === undefined) return 'neither copy of its header checks'
  if (header.diskId !== headerDisk(identity) || header.chunk !== chunk) return `it is chunk ${header.chunk} of ${header.diskId}`
  return header.dekIds.join() === identity.dekIds.join() ? undefined : 'it is under other data keys than the disk'
}
