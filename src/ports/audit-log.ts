import type { Bytes, Sealed } from '#model/brands.ts'

/** What the audit table says in the clear of a batch of entries. */
export interface AuditHead {
  readonly node: number
  /** Of its first entry; the entries of a node are numbered from 1 without gaps. */
  readonly seq: number
  readonly count: number
  readonly at: number
  readonly term: number
  /** Chain hash after the batch's last entry. */
  readonly hash: Bytes
}

/** One row of the audit table: the entries of a batch, sealed, with the chain's hash after them (security-and-reliability.md 3.2). */
export interface AuditBatch extends AuditHead {
  readonly body: Sealed
}

/** A signed checkpoint of the Merkle tree over all batches: C2SP tlog-checkpoint text. */
export interface Checkpoint {
  /** Leaves covered. */
  readonly size: number
  readonly note: string
  /** Roots of the full subtrees, left to right: who continues the tree need not read it again. A hint, proved by the note's root. */
  readonly frontier: Bytes
}

/** The newest checkpoint outside the database, so that a database put back to an older state is found. */
export interface CheckpointFile {
  read(): Promise<string | undefined>
  /** Durable, whole or not at all. */
  write(note: string): Promise<void>
}

/** Reading the log. Appending is the writer's alone, inside the transaction that orders a batch of commits. */
export interface AuditLog {
  /** Batches of a node with `seq > after`, in order. */
  batches(node: number, after: number, limit: number): Promise<readonly AuditBatch[]>
  /** The same without bodies, for who builds the tree. */
  heads(node: number, after: number, limit: number): Promise<readonly AuditHead[]>
  /** Numbers of the nodes that have batches, ascending. */
  nodes(): Promise<readonly number[]>
  lastBatch(node: number): Promise<AuditBatch | undefined>
  /** Leaves of the Merkle tree from `from`, in order: (node, seq, leaf hash). */
  leaves(from: number, limit: number): Promise<readonly AuditLeaf[]>
  addLeaves(leaves: readonly AuditLeaf[]): Promise<void>
  /** The newest leaf of a node, or of all. */
  lastLeaf(node?: number): Promise<AuditLeaf | undefined>
  lastCheckpoint(): Promise<Checkpoint | undefined>
  /** Replaces those of smaller size. */
  addCheckpoint(checkpoint: Checkpoint): Promise<void>
}

export interface AuditLeaf {
  readonly index: number
  readonly node: number
  readonly seq: number
  readonly hash: Bytes
}

/** What the writer is given to append with: chains and seals the entries of one transaction. Keeps the chain's head; synchronous. */
export interface AuditSealer {
  /** Called once at start with the newest batch of this node. */
  resume(last: AuditBatch | undefined): void
  seal(entries: readonly string[]): AuditBatch
  /** The transaction was rolled back: forget the last `seal`. */
  rollBack(): void
}
