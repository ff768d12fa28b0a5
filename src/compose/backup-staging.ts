import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf } from '#adapters/files/intents.ts'
import { linked, linkedAs } from '#adapters/files/new-disk.ts'
import { openReader, type Reader } from '#adapters/sqlite/reader.ts'
import { readingStore } from '#adapters/sqlite/record-store.ts'
import { copySnapshot } from '#adapters/sqlite/snapshot.ts'
import { bytesAtRest, type BytesAtRest } from '#domain/inventory/bytes-at-rest.ts'
import type { Context } from '#domain/context.ts'
import type { BackupHead } from './backup-format.ts'
import { filesOf } from './data-directory.ts'

export interface Staged {
  readonly folder: string
  /** Below it, in the order in which they are packed. */
  readonly files: readonly string[]
  readonly head: BackupHead
}

export interface Staging {
  readonly dataDir: string
  readonly version: string
  readonly context: Pick<Context, 'diskBytes' | 'ground' | 'store' | 'instance'>
}

const stagingOf = (dataDir: string): string => join(dataDir, 'backup')

/** What an earlier one has left is as good as nothing. */
export const clearStaging = (dataDir: string): void => rmSync(stagingOf(dataDir), { recursive: true, force: true })

/**
 * The instance as it is at one moment, laid beside the data: the database as a copy, bytes of objects and of disks as further names of their
 * files. What the records of that moment name is there: objects' bytes outlive their records by a minute, and each disk is forked, whole, at a
 * moment of its own right after.
 */
export async function stage(staging: Staging): Promise<Staged> {
  const { dataDir, version, context } = staging
  clearStaging(dataDir)
  const folder = stagingOf(dataDir)
  for (const part of ['audit', 'tls', 'disks', 'objects']) mkdirSync(join(folder, part), { recursive: true, mode: 0o700 })
  const createdAt = new Date(context.ground.clock.now()).toISOString()
  const database = join(folder, 'keystead.db')
  const records = await copySnapshot(filesOf(dataDir).database, database)
  using reader = openReader(database)
  const auditHead = stageCheckpoint(reader, folder)
  const counted = await stageBytes({ ...staging, folder }, reader)
  stageCertificates(dataDir, folder)
  const { clusterId } = context.instance
  return { folder, files: filesIn(folder), head: { format: 1, version, clusterId, createdAt, records, auditHead, ...counted } }
}

/** The newest that the copy itself holds: the file beside the database may be of a later moment. */
function stageCheckpoint(reader: Reader, folder: string): BackupHead['auditHead'] {
  const last = reader.audit.lastCheckpoint()
  const head = { size: last?.size ?? 0, checkpoint: last?.note ?? '' }
  writeFileSync(join(folder, 'audit', 'checkpoint'), head.checkpoint, { mode: 0o600 })
  return head
}

async function stageBytes(staging: DiskStaging, reader: Reader): Promise<Pick<BackupHead, 'disks' | 'objects' | 'leftOut'>> {
  const { dataDir, folder, context } = staging
  const counts = { disks: 0, objects: 0 }
  const leftOut: string[] = []
  for await (const one of bytesAtRest({ store: readingStore(reader), barrier: context.ground.barrier })) {
    counts[one.kind === 'disk' ? 'disks' : 'objects'] += 1
    const there = one.kind === 'disk' ? await stageDisk(staging, one) : stageObject(dataDir, folder, one)
    if (!there) leftOut.push(one.kind === 'disk' ? `disk ${one.disk.diskId}` : `object bytes ${one.name.compartment}/${one.name.id}`)
  }
  return { ...counts, leftOut }
}

interface DiskStaging extends Pick<Staging, 'dataDir' | 'context'> {
  readonly folder: string
}

/** Its chunks at one moment: forked by the program that writes them, which copies a chunk before it changes as long as another name leads to it. */
async function stageDisk(
  { dataDir, folder, context }: DiskStaging,
  { record, compartment, disk }: Extract<BytesAtRest, { kind: 'disk' }>,
): Promise<boolean> {
  const [row] = await context.store.read([record])
  if (row === undefined) return false
  const fork = randomBytes(16).toString('hex')
  await context.diskBytes.fork(disk, { diskId: fork, compartment })
  try {
    const [from, to] = [join(dataDir, 'disks', fork), join(folder, 'disks', disk.diskId)]
    mkdirSync(to, { recursive: true, mode: 0o700 })
    for (const name of readdirSync(from)) linked(from, to, name)
  } finally {
    await context.diskBytes.remove(fork)
  }
  return true
}

/** Written once and never changed: one more name is a copy. It may still be among what nobody has confirmed. */
function stageObject(dataDir: string, folder: string, { name }: Extract<BytesAtRest, { kind: 'object' }>): boolean {
  const { objects } = filesOf(dataDir)
  const to = join(folder, 'objects', name.compartment)
  mkdirSync(to, { recursive: true, mode: 0o700 })
  const places = [
    { from: join(objects, name.compartment), as: name.id },
    { from: join(objects, 'intents'), as: `${name.compartment}.${name.id}` },
    { from: join(objects, name.compartment), as: name.id },
  ]
  return places.some(({ from, as }) => linkedWhereThere(join(from, as), join(to, name.id)))
}

function linkedWhereThere(from: string, to: string): boolean {
  try {
    linkedAs(from, to)
    return true
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return false
    throw cause
  }
}

function stageCertificates(dataDir: string, folder: string): void {
  const { tls } = filesOf(dataDir)
  if (!existsSync(tls)) return
  for (const { name } of readdirSync(tls, { withFileTypes: true }).filter(entry => entry.isFile())) linked(tls, join(folder, 'tls'), name)
}

/** The database first: whoever unpacks knows early that it is none of his. What SQLite lays beside it while it reads is no part of it. */
function filesIn(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  const names = entries.map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))
  return names.filter(name => !/^keystead\.db-(?:wal|shm)$/.test(name)).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
}

const rank = (name: string): number => (name === 'keystead.db' ? 0 : name.startsWith('audit/') ? 1 : 2)
