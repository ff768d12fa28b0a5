import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createZstdDecompress } from 'node:zlib'
import { decryptedBy } from '#adapters/age/age-file.ts'
import { tarEntries, type TarEntry } from '#adapters/archive/tar.ts'
import { openReader } from '#adapters/sqlite/reader.ts'
import { emptyTree, grown, rootOf } from '#domain/audit/merkle.ts'
import type { Bytes } from '#model/brands.ts'
import { backedUpName, backupManifest, manifestName, type BackupManifest } from './backup-format.ts'
import { rememberedCheckpoint } from './backups.ts'

export type RestoreRefusal = 'taken' | 'unreadable' | 'damaged' | 'rollback'

/** Nothing stands where the restore was to be. */
export class RestoreRefused extends Error {
  readonly refusal: RestoreRefusal

  constructor(refusal: RestoreRefusal, message: string, options?: ErrorOptions) {
    super(message, options)
    this.refusal = refusal
  }
}

export interface RestoreRequest {
  readonly file: string
  /** Not there yet, or empty. */
  readonly into: string
  /** age's secret keys. */
  readonly identities: readonly string[]
  /** Where this user's instances remember what was backed up last. */
  readonly stateHome: string
  /** Checkpoints that somebody kept, and data directories that may know a newer one. */
  readonly checkpoints: readonly string[]
  readonly known: readonly string[]
  readonly acceptRollback: boolean
  readonly onBytes: (bytes: number) => void
}

const manifestBytesMax = 512 * 1024 * 1024

/**
 * Unpacks a backup beside its place, compares every file with the manifest and its audit with every newer one that is known, and moves it there
 * whole. Rejects with `RestoreRefused`, having changed nothing.
 */
export async function restoreBackup(request: RestoreRequest): Promise<BackupManifest> {
  const { into } = request
  if (existsSync(into) && readdirSync(into).length > 0) throw new RestoreRefused('taken', `${into} holds something already`)
  const folder = `${into}.restoring`
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  try {
    const manifest = await unpacked(request, folder)
    refuseRollback(request, folder, manifest)
    renameSync(folder, into)
    return manifest
  } catch (cause) {
    rmSync(folder, { recursive: true, force: true })
    throw cause
  }
}

type Written = Map<string, { readonly size: number; readonly sha256: string }>

async function unpacked({ file, identities, onBytes }: RestoreRequest, folder: string): Promise<BackupManifest> {
  const written: Written = new Map()
  await using handle = await open(file)
  const source = handle.createReadStream({ autoClose: false })
  const plain = await opened(Readable.toWeb(source), identities)
  const expanded = createZstdDecompress()
  const feeding = pipeline(Readable.fromWeb(plain), expanded)
  let manifest: BackupManifest | undefined
  try {
    for await (const entry of tarEntries(expanded)) {
      if (manifest !== undefined) throw new Error('there is something behind the manifest')
      if (entry.name === manifestName) manifest = await manifestOf(entry)
      else written.set(entry.name, await writeEntry(folder, entry))
      onBytes(source.bytesRead)
    }
    await feeding
  } catch (cause) {
    feeding.catch(() => undefined)
    source.destroy()
    throw new RestoreRefused('damaged', `${file} is damaged or cut short`, { cause })
  }
  if (manifest === undefined) throw new RestoreRefused('damaged', `${file} has no manifest: it is cut short`)
  compare(file, manifest, written)
  return manifest
}

async function opened(encrypted: ReadableStream<Bytes>, identities: readonly string[]): Promise<ReadableStream<Bytes>> {
  try {
    return await decryptedBy(identities, encrypted)
  } catch (cause) {
    throw new RestoreRefused('unreadable', 'the identity opens no recipient of it, or it is no backup', { cause })
  }
}

async function manifestOf({ size, body }: TarEntry): Promise<BackupManifest> {
  if (size > manifestBytesMax) throw new Error('the manifest is too large')
  return backupManifest.parse(JSON.parse(Buffer.concat(await Array.fromAsync(body)).toString('utf8')))
}

/** Holes of disks stay holes. */
async function writeEntry(folder: string, { name, size, body }: TarEntry): Promise<{ readonly size: number; readonly sha256: string }> {
  if (!backedUpName.test(name)) throw new Error('the archive names a file that no backup has')
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const digest = createHash('sha256')
  await using file = await open(path, 'wx', 0o600)
  let position = 0
  for await (const piece of body) {
    digest.update(piece)
    if (!piece.every(byte => byte === 0)) await writeAll(file, piece, position)
    position += piece.length
  }
  await file.truncate(size)
  await file.sync()
  return { size, sha256: digest.digest('hex') }
}

async function writeAll(file: Awaited<ReturnType<typeof open>>, bytes: Bytes, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten
}

function compare(file: string, { files }: BackupManifest, written: Written): void {
  const wrong = files.find(({ path, size, sha256 }) => {
    const one = written.get(path)
    return one?.size !== size || one.sha256 !== sha256
  })
  if (wrong !== undefined) throw new RestoreRefused('damaged', `${wrong.path} is not what the manifest of ${file} says`)
  if (written.size !== files.length || !written.has('keystead.db'))
    throw new RestoreRefused('damaged', `${file} holds other files than its manifest`)
}

interface Known {
  readonly where: string
  readonly size: number
  readonly root: string
}

/** What is known of this installation's audit here: what was backed up last, what a directory that still stands has, what somebody kept. */
function knownOf({ stateHome, checkpoints, known }: RestoreRequest, clusterId: string): readonly Known[] {
  const places = [...checkpoints, rememberedCheckpoint(stateHome, clusterId), ...known.map(dir => join(dir, 'audit', 'checkpoint'))]
  return places.flatMap(where => {
    if (!existsSync(where)) return []
    const [origin, size = '', root = ''] = readFileSync(where, 'utf8').split('\n')
    return origin === `keystead.audit/${clusterId}` && /^\d{1,15}$/.test(size) ? [{ where, size: Number(size), root }] : []
  })
}

/** An instance that forgets what it has answered is refused, unless that is what is wanted: revocations, purges and rotations would be undone. */
function refuseRollback(request: RestoreRequest, folder: string, { clusterId, createdAt, auditHead }: BackupManifest): void {
  if (request.acceptRollback) return
  const known = knownOf(request, clusterId)
  const newer = known.find(({ size }) => size > auditHead.size)
  if (newer !== undefined) {
    const told = `the backup of ${createdAt} has ${auditHead.size} batches of the audit, ${newer.where} knows of ${newer.size}`
    throw new RestoreRefused('rollback', `${told}: what was decided since would be undone`)
  }
  using reader = openReader(join(folder, 'keystead.db'))
  let tree = emptyTree
  for (const { size, root, where } of known.toSorted((a, b) => a.size - b.size)) {
    while (tree.size < size) {
      const leaves = reader.audit.leaves(tree.size, Math.min(1_000, size - tree.size))
      if (leaves.length === 0) throw new RestoreRefused('damaged', 'the audit of the backup is shorter than its checkpoint says')
      for (const leaf of leaves) tree = grown(tree, leaf.hash)
    }
    if (Buffer.from(rootOf(tree)).toString('base64') !== root)
      throw new RestoreRefused('rollback', `the backup has another history than ${where} has signed`)
  }
}
