import { closeSync, constants, copyFileSync, fsyncSync, linkSync, mkdirSync, openSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { NewDisk, UnconfirmedDisk } from '#ports/block-store.ts'
import { codeOf, intentsIn } from './intents.ts'

/** What no committed record was seen to name, beside the disks: no disk has a name like it. */
const intents = '.intents'
const named = /^(?<compartment>[0-9a-f]{32})\.(?<id>[0-9A-Za-z][0-9A-Za-z_-]{0,63})$/

/** The folder of a new disk beside `folder`, empty. That nobody has confirmed it yet is durable before it is there. */
export function beginDisk(folder: string, { diskId, compartment }: NewDisk): string {
  const root = dirname(folder)
  mkdirSync(join(root, intents), { recursive: true, mode: 0o700 })
  const intent = `${compartment}.${diskId}`
  if (!named.test(intent)) throw new Error('a new disk has a compartment and a name')
  durable(join(root, intents, intent), constants.O_CREAT | constants.O_WRONLY)
  durable(join(root, intents), constants.O_RDONLY)
  const path = join(root, diskId)
  mkdirSync(path, { mode: 0o700 })
  durable(root, constants.O_RDONLY)
  return path
}

function durable(path: string, flags: number): void {
  const fd = openSync(path, flags, 0o600)
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Where one file cannot have one more name: ext4 has 65,000 of them, others none. */
const unlinkable: ReadonlySet<string | undefined> = new Set(['EMLINK', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP'])

/** The same file in another folder; bytes of its own where it cannot be the same. */
export const linked = (from: string, to: string, name: string): void => linkedAs(join(from, name), join(to, name))

/** The same under another name. */
export function linkedAs(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch (cause) {
    if (!unlinkable.has(codeOf(cause))) throw cause
    copyFileSync(from, to, constants.COPYFILE_FICLONE)
    durable(to, constants.O_RDWR)
  }
}

export async function syncedFolder(folder: string): Promise<void> {
  await using handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY)
  await handle.sync()
}

/** `folder`: of a disk beside it. The bytes first: what is left of them is found by the intent. */
export async function forgetDisk(folder: string, diskId: string): Promise<void> {
  const root = dirname(folder)
  await rm(join(root, diskId), { recursive: true, force: true })
  await confirmDisk(root, diskId)
}

/** Nobody has to look for it any more. `root`: the folder of all disks. */
export async function confirmDisk(root: string, diskId: string): Promise<void> {
  for (const { compartment } of (await unconfirmedDisks(root)).filter(one => one.diskId === diskId))
    await rm(join(root, intents, `${compartment}.${diskId}`), { force: true })
}

export const unconfirmedDisks = async (root: string): Promise<readonly UnconfirmedDisk[]> =>
  (await intentsIn(join(root, intents), named)).map(({ compartment, id, since }) => ({ compartment, diskId: id, since }))
