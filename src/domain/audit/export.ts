import type { KeyObject } from 'node:crypto'
import type { AuditHead, AuditLeaf, AuditLog } from '#ports/audit-log.ts'
import { entryHash, genesis, openBatch } from './batch.ts'
import { openCheckpoint, verifierKey } from './checkpoint.ts'
import { emptyTree, frontierBytes, grown, type Tree } from './merkle.ts'
import type { QueryParts } from './query.ts'

export interface ExportParts extends QueryParts {
  readonly log: QueryParts['log'] & Pick<AuditLog, 'leaves' | 'lastCheckpoint'>
  /** Of the installation; its public half alone leaves. */
  readonly key: KeyObject
  readonly origin: string
}

/** What a verifier begins with: nothing in it is trusted, for the rows after it must lead to the signed root. */
export interface ExportHead {
  readonly format: 1
  /** Name of the log and of its key. */
  readonly origin: string
  /** As verifiers of signed notes take it (c2sp.org/signed-note). */
  readonly key: string
  /** C2SP tlog-checkpoint over the first `size` batches. */
  readonly checkpoint: string
  /** Index of the first batch that is exported; those before are in `frontier`. */
  readonly from: number
  readonly size: number
  /** Roots of the full subtrees over the batches before, left to right, hex. */
  readonly frontier: string
  /** Of each node that has batches before: number of its next row, and its chain's hash there, hex. */
  readonly nodes: Readonly<Record<string, { readonly next: number; readonly hash: string }>>
}

/** A leaf of the tree, with the hash of each row in it: the chain over them ends in `hash`. */
export interface ExportedBatch {
  readonly index: number
  readonly node: number
  readonly seq: number
  readonly count: number
  readonly at: number
  readonly hash: string
  readonly entries: readonly string[]
}

/** `row` is canonical JSON (RFC 8785), as it was hashed. */
export interface ExportedRow {
  readonly node: number
  readonly seq: number
  readonly salt: string
  readonly row: string
}

export interface ExportPage {
  readonly batches: readonly ExportedBatch[]
  readonly rows: readonly ExportedRow[]
}

const page = 256

/** Where an export begins and ends: all that is signed, from the first batch sealed at or after `since` (epoch milliseconds). Throws where nothing is signed yet. */
export async function exportHead(parts: ExportParts, since = 0): Promise<ExportHead> {
  const { log, key, origin } = parts
  const note = (await log.lastCheckpoint())?.note ?? ''
  const signed = openCheckpoint(key, origin, note)
  if (signed === undefined) throw new Error('there is no checkpoint that this installation has signed')
  let tree: Tree = emptyTree
  const last = new Map<number, AuditHead>()
  for await (const { leaf, head } of placed(log, { from: 0, size: signed.size })) {
    if (head.at >= since) break
    tree = grown(tree, leaf.hash)
    last.set(head.node, head)
  }
  const nodes = [...last].map(([node, { seq, count, hash }]) => [node.toString(), { next: seq + count, hash: hash.toHex() }] as const)
  return {
    format: 1,
    origin,
    key: verifierKey(key, origin),
    checkpoint: note,
    from: tree.size,
    size: signed.size,
    frontier: frontierBytes(tree).toHex(),
    nodes: Object.fromEntries(nodes),
  }
}

/** Leaves in their order, each with what its batch says in the clear. */
async function* placed(
  log: ExportParts['log'],
  { from, size }: { readonly from: number; readonly size: number },
): AsyncGenerator<{ readonly leaf: AuditLeaf; readonly head: AuditHead }> {
  const waiting = new Map<number, AuditHead[]>()
  for (let next = from; next < size;) {
    const leaves = await log.leaves(next, Math.min(page, size - next))
    if (leaves.length === 0) throw new Error(`place ${next} of the log is empty`)
    for (const leaf of leaves) {
      const ahead = waiting.get(leaf.node) ?? []
      if (ahead.length === 0) ahead.push(...(await log.heads(leaf.node, leaf.seq - 1, page)))
      waiting.set(leaf.node, ahead)
      const head = ahead.shift()
      if (head?.seq !== leaf.seq) throw new Error(`row ${leaf.seq} of node ${leaf.node} is gone: keystead audit verify`)
      yield { leaf, head }
    }
    next += leaves.length
  }
}

/** Batches from an index on, as many as are well sent at once, and their rows in the same order. Throws where one does not open. */
export async function exportPage(
  parts: ExportParts,
  { from, size }: { readonly from: number; readonly size: number },
): Promise<ExportPage> {
  const batches: ExportedBatch[] = []
  const rows: ExportedRow[] = []
  for (const leaf of await parts.log.leaves(from, Math.min(page, size - from))) {
    const [batch] = await parts.log.batches(leaf.node, leaf.seq - 1, 1)
    if (batch?.seq !== leaf.seq) throw new Error(`row ${leaf.seq} of node ${leaf.node} is gone: keystead audit verify`)
    const { node, seq, count, at, hash } = batch
    const entries = openBatch(parts.cipher, parts.compartment, batch)
    batches.push({ index: leaf.index, node, seq, count, at, hash: hash.toHex(), entries: entries.map(entry => entryHash(entry).toHex()) })
    for (const entry of entries) rows.push({ node, seq: entry.seq, salt: entry.salt.toHex(), row: entry.text })
  }
  return { batches, rows }
}

/** The chain of a node before its first row. */
export const chainStart = { next: 1, hash: genesis.toHex() } as const
