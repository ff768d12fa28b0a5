import type { AuditLog } from '#ports/audit-log.ts'
import type { Committer, RecordStore } from '#ports/record-store.ts'
import type { Reader } from './reader.ts'
import type { WriterCalls } from './writer.ts'

/** The writer as another thread sees it. */
export type RemoteCalls = {
  readonly [Name in keyof WriterCalls]: (...parameters: Parameters<WriterCalls[Name]>) => Promise<ReturnType<WriterCalls[Name]>>
}

export interface WriterAccess extends Committer {
  readonly calls: RemoteCalls
  /** Everything handed over is answered; then the writer's connection closes. */
  close(): Promise<void>
}

/** One database: reads on the calling thread by a connection of its own, everything written by the one writer. */
export function sqliteStore({ reader, writer }: { readonly reader: Reader; readonly writer: WriterAccess }): RecordStore & AuditLog {
  return {
    commit: batch => writer.commit(batch),
    ...readingStore(reader),
    addLeaves: leaves => writer.calls.addLeaves(leaves),
    addCheckpoint: checkpoint => writer.calls.addCheckpoint(checkpoint),
    lease: (name, holder, holdMs) => writer.calls.lease(name, holder, holdMs),
    takeEffects: (topic, options) => writer.calls.takeEffects(topic, options),
    settleEffect: (...ids) => writer.calls.settleEffect(...ids),
    scrub: () => writer.calls.scrub(),
    async close() {
      // The writer last: who closes last writes the log back and removes it, and a reader cannot.
      reader[Symbol.dispose]()
      await writer.close()
    },
  }
}

type Reads =
  | 'head'
  | 'read'
  | 'list'
  | 'scan'
  | 'due'
  | 'material'
  | 'materialOf'
  | 'compartmentKeys'
  | 'changes'
  | 'committed'
  | 'waitingEffects'
type AuditWrites = 'addLeaves' | 'addCheckpoint'

/** What can be asked of a database without its writer. */
export const readingStore = (reader: Reader): Pick<RecordStore, Reads> & Omit<AuditLog, AuditWrites> => ({
  ...reads(reader),
  ...auditReading(reader),
})

const reads = (reader: Reader): Pick<RecordStore, Reads> => ({
  head: () => Promise.try(() => reader.head()),
  read: ids => Promise.try(() => reader.read(ids)),
  list: (collection, page) => Promise.try(() => reader.list(collection, page)),
  scan: (kind, page) => Promise.try(() => reader.scan(kind, page)),
  due: (before, limit) => Promise.try(() => reader.due(before, limit)),
  material: place => Promise.try(() => reader.material(place)),
  materialOf: id => Promise.try(() => reader.materialOf(id)),
  compartmentKeys: compartment => Promise.try(() => reader.compartmentKeys(compartment)),
  changes: after => Promise.try(() => reader.changes(after)),
  committed: id => Promise.try(() => reader.committed(id)),
  waitingEffects: (topic, now) => Promise.try(() => reader.waitingEffects(topic, now)),
})

const auditReading = ({ audit: rows }: Reader): Omit<AuditLog, AuditWrites> => ({
  batches: (node, after, limit) => Promise.try(() => rows.batches(node, after, limit)),
  heads: (node, after, limit) => Promise.try(() => rows.heads(node, after, limit)),
  nodes: () => Promise.try(() => rows.nodes()),
  lastBatch: node => Promise.try(() => rows.lastBatch(node)),
  leaves: (from, limit) => Promise.try(() => rows.leaves(from, limit)),
  lastLeaf: node => Promise.try(() => rows.lastLeaf(node)),
  lastCheckpoint: () => Promise.try(() => rows.lastCheckpoint()),
})
