import type { DatabaseSync } from 'node:sqlite'
import type { Bytes } from '#model/brands.ts'
import type { AuditBatch, AuditHead, AuditLeaf, Checkpoint } from '#ports/audit-log.ts'
import { toSealed } from './blobs.ts'
import { command, query } from './statements.ts'

type HeadCells = readonly [node: number, seq: number, count: number, at: number, term: number, hash: Bytes]
type BatchCells = readonly [...HeadCells, body: Bytes]
type LeafCells = readonly [index: number, node: number, seq: number, hash: Bytes]
type CheckpointCells = readonly [size: number, note: string, frontier: Bytes]

const headColumns = 'node, seq, count, at, term, hash'

const toHead = ([node, seq, count, at, term, hash]: HeadCells): AuditHead => ({ node, seq, count, at, term, hash })
const toBatch = ([node, seq, count, at, term, hash, body]: BatchCells): AuditBatch => ({
  node,
  seq,
  count,
  at,
  term,
  hash,
  body: toSealed(body),
})
const toLeaf = ([index, node, seq, hash]: LeafCells): AuditLeaf => ({ index, node, seq, hash })

/** The audit tables as any connection reads them. */
export interface AuditReads {
  batches(node: number, after: number, limit: number): readonly AuditBatch[]
  heads(node: number, after: number, limit: number): readonly AuditHead[]
  nodes(): readonly number[]
  lastBatch(node: number): AuditBatch | undefined
  leaves(from: number, limit: number): readonly AuditLeaf[]
  lastLeaf(node?: number): AuditLeaf | undefined
  lastCheckpoint(): Checkpoint | undefined
}

export function auditReads(db: DatabaseSync): AuditReads {
  const after = 'FROM audit WHERE node = ? AND seq > ? ORDER BY seq LIMIT ?'
  const batches = query<BatchCells>(db, `SELECT ${headColumns}, body ${after}`)
  const heads = query<HeadCells>(db, `SELECT ${headColumns} ${after}`)
  const nextNode = query<readonly [number | null]>(db, 'SELECT min(node) FROM audit WHERE node > ?')
  const lastBatch = query<BatchCells>(db, `SELECT ${headColumns}, body FROM audit WHERE node = ? ORDER BY seq DESC LIMIT 1`)
  const leaves = query<LeafCells>(db, 'SELECT idx, node, seq, leaf FROM audit_log WHERE idx >= ? ORDER BY idx LIMIT ?')
  const lastLeaf = query<LeafCells>(db, 'SELECT idx, node, seq, leaf FROM audit_log ORDER BY idx DESC LIMIT 1')
  const lastLeafOf = query<LeafCells>(db, 'SELECT idx, node, seq, leaf FROM audit_log WHERE node = ? ORDER BY idx DESC LIMIT 1')
  const lastCheckpoint = query<CheckpointCells>(db, 'SELECT size, note, frontier FROM checkpoint ORDER BY size DESC LIMIT 1')
  return {
    batches: (node, seq, limit) => batches.all(node, seq, limit).map(toBatch),
    heads: (node, seq, limit) => heads.all(node, seq, limit).map(toHead),
    nodes() {
      const found: number[] = []
      // Jumps from node to node along the key: a DISTINCT would read every batch.
      for (let node = nextNode.one(-1)?.[0]; typeof node === 'number'; node = nextNode.one(node)?.[0]) found.push(node)
      return found
    },
    lastBatch: node => optional(lastBatch.one(node), toBatch),
    leaves: (from, limit) => leaves.all(from, limit).map(toLeaf),
    lastLeaf: node => optional(node === undefined ? lastLeaf.one() : lastLeafOf.one(node), toLeaf),
    lastCheckpoint: () => optional(lastCheckpoint.one(), ([size, note, frontier]) => ({ size, note, frontier })),
  }
}

const optional = <A, B>(value: A | undefined, map: (value: A) => B): B | undefined => (value === undefined ? undefined : map(value))

/** What the writer adds; `append` inside the transaction that orders a batch of commits. */
export interface AuditWrites {
  append(batch: AuditBatch): void
  addLeaves(leaves: readonly AuditLeaf[]): void
  addCheckpoint(checkpoint: Checkpoint): void
}

export function auditWrites(db: DatabaseSync): AuditWrites {
  const append = command(db, `INSERT INTO audit(${headColumns}, body) VALUES (?, ?, ?, ?, ?, ?, ?)`)
  const addLeaf = command(db, 'INSERT INTO audit_log(idx, node, seq, leaf) VALUES (?, ?, ?, ?)')
  const addCheckpoint = command(db, 'INSERT OR REPLACE INTO checkpoint(size, note, frontier) VALUES (?, ?, ?)')
  const removeSmaller = command(db, 'DELETE FROM checkpoint WHERE size < ?')
  return {
    append: ({ node, seq, count, at, term, hash, body }) => void append(node, seq, count, at, term, hash, body),
    addLeaves(leaves) {
      for (const { index, node, seq, hash } of leaves) addLeaf(index, node, seq, hash)
    },
    addCheckpoint({ size, note, frontier }) {
      removeSmaller(size)
      addCheckpoint(size, note, frontier)
    },
  }
}
