import type { AuditBatch, AuditLeaf, AuditLog, Checkpoint } from '#ports/audit-log.ts'

/** Audit batches in memory; `append` is the store's, inside its transaction. */
export function memoryAuditLog(): { readonly log: AuditLog; readonly append: (batch: AuditBatch) => void } {
  const all: AuditBatch[] = []
  const leaves: AuditLeaf[] = []
  let checkpoint: Checkpoint | undefined
  const after = (node: number, seq: number, limit: number): Promise<readonly AuditBatch[]> =>
    Promise.resolve(all.filter(batch => batch.node === node && batch.seq > seq).slice(0, limit))
  const log: AuditLog = {
    batches: after,
    heads: after,
    nodes: () => Promise.resolve([...new Set(all.map(batch => batch.node))].sort((a, b) => a - b)),
    lastBatch: node => Promise.resolve(all.findLast(batch => batch.node === node)),
    leaves: (from, limit) => Promise.resolve(leaves.slice(from, from + limit)),
    addLeaves(added) {
      leaves.push(...added)
      return Promise.resolve()
    },
    lastLeaf: node => Promise.resolve(leaves.findLast(leaf => node === undefined || leaf.node === node)),
    lastCheckpoint: () => Promise.resolve(checkpoint),
    addCheckpoint(newer) {
      checkpoint = newer
      return Promise.resolve()
    },
  }
  return { log, append: batch => void all.push(batch) }
}
