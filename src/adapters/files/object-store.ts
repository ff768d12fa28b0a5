import { constants } from 'node:fs'
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sealed, type Sealed } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { BytesName, ObjectStore, StoredBytes } from '#ports/object-store.ts'
import { folderSync } from './folder-sync.ts'
import { codeOf, intentsIn } from './intents.ts'

/** What no committed record was seen to name, of all compartments: so that it is found without looking at everything else. */
const intents = 'intents'
const named = /^(?<compartment>[0-9a-f]{32})\.(?<id>[0-9a-f]{32})$/

/** A file each run of bytes: among the intents until it is confirmed, then in its compartment's folder. `root` is the store's alone and need not be there. */
export function fileObjectStore(root: string): ObjectStore {
  const syncs = folderSync()
  const intent = ({ compartment, id }: BytesName): string => join(root, intents, `${compartment}.${id}`)
  const place = ({ compartment, id }: BytesName): string => join(root, compartment, id)
  return {
    async write(name, pieces) {
      const path = intent(name)
      await using handle = (await created(path)) ?? (await createdInNewFolder(path, syncs))
      try {
        let position = 0
        for await (const piece of pieces) {
          await writeAll(handle, piece, position)
          position += piece.length
        }
        await handle.sync()
        await syncs(join(root, intents))
      } catch (cause) {
        await rm(path, { force: true })
        throw isFull(cause) ? new Problem({ code: 'StorageReserved' }, { cause }) : cause
      }
    },
    async open(name) {
      // It may be confirmed between two looks.
      const handle = (await opened(place(name))) ?? (await opened(intent(name))) ?? (await opened(place(name)))
      if (handle === undefined) throw new Error(`no bytes ${name.id}`)
      return stored(handle)
    },
    async confirm(name) {
      if (await renamed(intent(name), place(name))) return
      await mkdir(join(root, name.compartment), { recursive: true, mode: 0o700 })
      await renamed(intent(name), place(name))
    },
    async remove(name) {
      await rm(intent(name), { force: true })
      await rm(place(name), { force: true })
    },
    async removeAll(compartment) {
      await rm(join(root, compartment), { recursive: true, force: true })
      for (const one of await intentsIn(join(root, intents), named))
        if (one.compartment === compartment) await rm(intent(one), { force: true })
    },
    unconfirmed: async () => intentsIn(join(root, intents), named),
  }
}

/** False where the file is not there, or has no folder to go to. */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to)
    return true
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT') throw cause
    return false
  }
}

const isFull = (cause: unknown): boolean => codeOf(cause) === 'ENOSPC' || codeOf(cause) === 'EDQUOT'

/** A new folder's own name must last too. */
async function madeDurably(folder: string, syncs: (folder: string) => Promise<void>): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  for (let made = folder; made !== dirname(first); made = dirname(made)) await syncs(dirname(made))
}

/** `undefined`: its folder is not there yet. */
async function created(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600)
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined
    throw cause
  }
}

async function createdInNewFolder(path: string, syncs: (folder: string) => Promise<void>): Promise<FileHandle> {
  await madeDurably(dirname(path), syncs)
  const handle = await created(path)
  if (handle === undefined) throw new Error('the folder of new bytes goes away as it is made')
  return handle
}

async function writeAll(handle: FileHandle, bytes: Sealed, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten
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
