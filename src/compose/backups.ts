import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { areRecipients } from '#adapters/age/age-file.ts'
import { writeDurably } from '#adapters/system/write-durably.ts'
import { note } from '#domain/seal/note.ts'
import { Problem } from '#model/problem.ts'
import { clearStaging, stage, type Staged } from './backup-staging.ts'
import { packed, type PackingStart } from './backup-format.ts'
import type { Core } from './core.ts'
import type { World } from './world.ts'

/** How the backup stands that is being taken, or was taken last. */
export type BackupStanding =
  | { readonly state: 'none' }
  | { readonly state: 'running'; readonly to: string; readonly bytes: number }
  | { readonly state: 'failed'; readonly to: string; readonly because: string }
  | {
      readonly state: 'done'
      readonly to: string
      readonly records: number
      readonly disks: number
      readonly objects: number
      readonly auditSize: number
      readonly auditHead: string
      readonly recipients: number
      readonly bytes: number
      readonly sha256: string
      readonly leftOut: readonly string[]
    }

export interface BackupRequest {
  /** Absolute, and not there yet. */
  readonly to: string
  readonly recipients: readonly string[]
}

/** Backups of a running instance, one at a time. */
export interface Backups {
  /** Begins one. Raises `Conflict` while one is under way or where the file is there, `InvalidParameter` for what is no recipient. */
  begin(request: BackupRequest): void
  standing(): BackupStanding
}

/** Where the newest checkpoint that was backed up from here is remembered, beside the seal's key file and outside the data (backup and rollback do not reach it). */
export const rememberedCheckpoint = (stateHome: string, clusterId: string): string => join(stateHome, 'keystead', `${clusterId}.checkpoint`)

export function createBackups(world: World, core: Core): Backups {
  let standing: BackupStanding = { state: 'none' }
  const run = async (request: BackupRequest): Promise<void> => {
    const { to } = request
    try {
      rmSync(`${to}.partial`, { force: true })
      await core.audit.sign()
      const staged = await stage({ dataDir: world.config.dataDir, version: world.version, context: core.context })
      const result = await pack(
        { ...request, folder: staged.folder, files: [...staged.files], head: staged.head, recipients: [...request.recipients] },
        bytes => {
          standing = { state: 'running', to, bytes }
        },
      )
      remember(world, staged)
      standing = doneOf(request, staged, result)
      await note(core.context, {
        operation: 'BackupCreated',
        resource: to,
        details: { sha256: result.sha256, records: staged.head.records.toString(), auditSize: staged.head.auditHead.size.toString() },
      })
    } catch (cause) {
      rmSync(`${to}.partial`, { force: true })
      world.log.error('backup.failed', cause, { path: to })
      standing = { state: 'failed', to, because: cause instanceof Error ? cause.message : 'unknown' }
    } finally {
      clearStaging(world.config.dataDir)
    }
  }
  return {
    begin(request) {
      const { to, recipients } = request
      if (standing.state === 'running') throw conflict(`A backup is being written to ${standing.to}.`)
      if (existsSync(to)) throw conflict(`${to} is there already.`)
      if (!areRecipients(recipients))
        throw new Problem({
          code: 'InvalidParameter',
          details: { name: 'recipients', message: 'A recipient is one of age, such as age1….' },
        })
      standing = { state: 'running', to, bytes: 0 }
      void run(request)
    },
    standing: () => standing,
  }
}

const conflict = (message: string): Problem => new Problem({ code: 'Conflict', details: { message } })

type Packed = { readonly sha256: string; readonly size: number }

async function pack(start: PackingStart, onBytes: (bytes: number) => void): Promise<Packed> {
  const { promise, resolve, reject } = Promise.withResolvers<Packed>()
  const worker = new Worker(new URL('backup-packing.ts', import.meta.url), { workerData: start, name: 'backup' })
  worker.on('message', (message: unknown) => {
    const told = packed.parse(message)
    if ('bytes' in told) onBytes(told.bytes)
    else resolve(told)
  })
  worker.on('error', reject)
  worker.on('exit', () => reject(new Error('the backup was not finished')))
  return promise
}

/** A restore of an earlier one is a rollback from now on. */
function remember({ config }: World, { head }: Staged): void {
  writeDurably(rememberedCheckpoint(config.stateHome, head.clusterId), head.auditHead.checkpoint, 0o600)
}

const doneOf = ({ to, recipients }: BackupRequest, { head }: Staged, { sha256, size }: Packed): BackupStanding => ({
  state: 'done',
  to,
  records: head.records,
  disks: head.disks,
  objects: head.objects,
  auditSize: head.auditHead.size,
  auditHead: head.auditHead.checkpoint.split('\n')[2] ?? '',
  recipients: recipients.length,
  bytes: size,
  sha256,
  leftOut: head.leftOut,
})
