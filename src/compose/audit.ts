import { createPublicKey } from 'node:crypto'
import { checkpointFile } from '#adapters/sqlite/checkpoint-file.ts'
import { openReader } from '#adapters/sqlite/reader.ts'
import { systemClock } from '#adapters/system/clock.ts'
import { auditOrigin } from '#domain/audit/checkpoint.ts'
import { exportHead, exportPage } from '#domain/audit/export.ts'
import { auditPages } from '#domain/audit/pages.ts'
import { queryAudit, type AuditPages, type AuditTrail } from '#domain/audit/query.ts'
import { openSequencer, type Sequencer } from '#domain/audit/sequencer.ts'
import { verifyAudit } from '#domain/audit/verify.ts'
import type { Custody } from '#domain/seal/custody.ts'
import type { AuditLog } from '#ports/audit-log.ts'
import type { Log } from '#ports/log.ts'
import type { AuditReading } from '#protocols/admin/site.ts'
import { filesOf } from './data-directory.ts'

export { AuditTampered } from '#domain/audit/sequencer.ts'

export interface AuditParts {
  readonly custody: Custody
  readonly dataDir: string
  readonly log: AuditLog
}

export interface RunningAudit extends AuditReading {
  /** Signs what there is, so that whoever takes a copy has it under a checkpoint. */
  sign(): Promise<void>
  stop(): Promise<void>
}

/** Places batches in the tree and signs checkpoints while the instance runs. Rejects with `AuditTampered` where the database is behind what was signed. */
export async function startAudit(parts: AuditParts, log: Log): Promise<RunningAudit> {
  const { custody, dataDir } = parts
  const sequencer = await openSequencer({
    log: parts.log,
    file: checkpointFile(filesOf(dataDir).checkpoint),
    key: custody.auditKey,
    origin: auditOrigin(custody.clusterId),
    clock: systemClock,
  })
  const running = sequencer.start(cause => log.error('audit.sequencer-failed', cause))
  return { ...readAudit(parts, sequencer), sign: async () => signedUpToNow(sequencer), stop: () => running.stop() }
}

/** Query and verification, of a running instance (with its sequencer: what is signed is up to date) or of a stopped one. */
export function readAudit(parts: AuditParts, sequencer?: Sequencer): AuditReading {
  const { custody, log, dataDir } = parts
  const { barrier: cipher, installation: compartment } = custody
  const pages = auditPages({ log: breathing(log), cipher, compartment })
  const exporting = { log: breathing(log), cipher, compartment, key: custody.auditKey, origin: auditOrigin(custody.clusterId) }
  return {
    query: filter => pages.page(filter),
    async verify({ records }) {
      await signedUpToNow(sequencer)
      using reader = openReader(filesOf(dataDir).database, { snapshot: true })
      const { audit } = reader
      return {
        ...(await verifyAudit({
          log: breathing({
            nodes: async () => audit.nodes(),
            batches: async (node, after, limit) => audit.batches(node, after, limit),
            leaves: async (from, limit) => audit.leaves(from, limit),
            lastCheckpoint: async () => audit.lastCheckpoint(),
          }),
          file: checkpointFile(filesOf(dataDir).checkpoint),
          cipher,
          compartment,
          key: createPublicKey(custody.auditKey),
          origin: auditOrigin(custody.clusterId),
          ...(records && {
            records: {
              barrier: custody.barrier,
              store: {
                scan: async (kind, page) => breathe(() => reader.scan(kind, page)),
                read: async ids => reader.read(ids),
                materialOf: async id => reader.materialOf(id),
                compartmentKeys: async compartmentId => reader.compartmentKeys(compartmentId),
              },
            },
          }),
        })),
      }
    },
    async exportHead(since) {
      await signedUpToNow(sequencer)
      return exportHead(exporting, since)
    },
    exportPage: async range => exportPage(exporting, range),
    async head() {
      await signedUpToNow(sequencer)
      const last = await log.lastCheckpoint()
      return { size: last?.size ?? 0, checkpoint: last?.note ?? '' }
    },
  }
}

/** On a full disk nothing new is signed; the rows are verified all the same, by their chain. The sequencer's own steps tell the log of it. */
async function signedUpToNow(sequencer: Sequencer | undefined): Promise<void> {
  await sequencer?.step({ now: true }).catch(() => undefined)
}

/** A long reading is many short ones: between two of them the thread serves requests. */
async function breathe<T>(read: () => T | Promise<T>): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<void>()
  setImmediate(resolve)
  await promise
  return read()
}

const breathing = <L extends Pick<AuditLog, 'batches'>>(log: L): L => ({
  ...log,
  batches: async (node: number, after: number, limit: number) => breathe(() => log.batches(node, after, limit)),
})

/** The log as verbs and followers read it. */
export function auditOf(
  { barrier: cipher, installation: compartment }: Custody,
  log: AuditLog,
): { readonly trail: AuditTrail; readonly audit: AuditPages } {
  const parts = { log: breathing(log), cipher, compartment }
  return { trail: filter => queryAudit(parts, filter), audit: auditPages(parts) }
}
