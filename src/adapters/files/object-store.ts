import { constants } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { compartmentId, millis, sealed, type CompartmentId, type Sealed } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { BytesName, ObjectStore, StoredBytes, Unconfirmed } from '#ports/object-store.ts'
import { folderSync } from './folder-sync.ts'

/** Two names of a file: the second until a committed record was seen to name it. */
const confirmed = '.object'
const intended = '.intent'
const named = /^([0-9a-f]{32})\.intent$/
const compartmentFolder = /^[0-9a-f]{32}$/

/** A folder a compartment, a file each run of bytes. `root` is the store's alone and need not be there. */
export function fileObjectStore(root: string): ObjectStore {
  const syncs = folderSync()
  const folderOf = (compartment: CompartmentId): string => join(root, compartment)
  const at = ({ compartment, id }: BytesName, ending: string): string => join(folderOf(compartment), id + ending)
  return {
    async write(name, pieces) {
      await madeDurably(folderOf(name.compartment), syncs)
      const path = at(name, intended)
      await using handle = await created(path)
      try {
        for await (const piece of pieces) await writeAll(handle, piece)
        await handle.sync()
        await syncs(folderOf(name.compartment))
      } catch (cause) {
        await rm(path, { force: true })
        throw isFull(cause) ? new Problem({ code: 'StorageReserved' }, { cause }) : cause
      }
    },
    async open(name) {
      const handle = (await opened(at(name, confirmed))) ?? (await opened(at(name, intended))) ?? (await opened(at(name, confirmed)))
      if (handle === undefined) throw new Error(`no bytes ${name.id}`)
      return stored(handle)
    },
    async confirm(name) {
      try {
        await rename(at(name, intended), at(name, confirmed))
      } catch (cause) {
        if (codeOf(cause) !== 'ENOENT') throw cause
      }
    },
    async remove(name) {
      await rm(at(name, confirmed), { force: true })
      await rm(at(name, intended), { force: true })
    },
    async removeAll(compartment) {
      await rm(folderOf(compartment), { recursive: true, force: true })
    },
    unconfirmed: async () => intentsIn(root),
  }
}

const codeOf = (cause: unknown): unknown => (cause instanceof Error && 'code' in cause ? cause.code : undefined)
const isFull = (cause: unknown): boolean => codeOf(cause) === 'ENOSPC' || codeOf(cause) === 'EDQUOT'

/** A new folder's own name must last too. */
async function madeDurably(folder: string, syncs: (folder: string) => Promise<void>): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  for (let made = folder; made !== dirname(first); made = dirname(made)) await syncs(dirname(made))
}

async function created(path: string): Promise<FileHandle> {
  return open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600)
}

async function writeAll(handle: FileHandle, bytes: Sealed): Promise<void> {
  for (let done = 0; done < bytes.length;) done += (await handle.write(bytes, done, bytes.length - done)).bytesWritten
}

async function opened(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined
    throw cause
  }
}

async function stored(handle: FileHandle): Promise<StoredBytes> {
  const { size } = await handle.stat()
  let open = true
  return {
    length: size,
    async read(position, length) {
      const bytes = Buffer.allocUnsafe(length)
      for (let done = 0; done < length;) {
        const { bytesRead } = await handle.read(bytes, done, length - done, position + done)
        if (bytesRead === 0) throw new Error('a file of bytes is shorter than it was')
        done += bytesRead
      }
      return sealed(bytes)
    },
    async close() {
      if (open) await handle.close()
      open = false
    },
  }
}

async function intentsIn(root: string): Promise<readonly Unconfirmed[]> {
  const found: Unconfirmed[] = []
  for (const folder of await namesIn(root)) {
    if (!compartmentFolder.test(folder)) continue
    for (const file of await namesIn(join(root, folder))) {
      const id = named.exec(file)?.[1]
      if (id === undefined) continue
      const since = await changedAt(join(root, folder, file))
      if (since !== undefined) found.push({ compartment: compartmentId(folder), id, since: millis(since) })
    }
  }
  return found
}

/** `undefined` where it was confirmed or taken away meanwhile. */
async function changedAt(path: string): Promise<number | undefined> {
  try {
    return Math.floor((await stat(path)).mtimeMs)
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined
    throw cause
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return []
    throw cause
  }
}
