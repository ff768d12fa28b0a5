// `audit verify` (security-and-reliability.md 4.4): chains, tree, signatures, consistency with every checkpoint at hand, then the records.
import type { KeyObject } from 'node:crypto'
import type { Bytes, CompartmentId } from '#model/brands.ts'
import type { AuditBatch, AuditLeaf, AuditLog, CheckpointFile } from '#ports/audit-log.ts'
import { type BatchCipher, type BatchEntry, chained, genesis, openBatch } from './batch.ts'
import { type CheckpointText, openCheckpoint } from './checkpoint.ts'
import { batchLeaf, emptyTree, grown, rootOf, type Tree } from './merkle.ts'
import { namedRecords, type NamedRecords } from './named-writes.ts'
import { parseRow } from './parse-row.ts'
import { Tampered, type Verdict } from './verdict.ts'
import { type RecordsAtRest, verifyRecords } from './verify-records.ts'

export interface VerifyParts {
  /** Of one moment, where others write meanwhile; the file is read before it. */
  readonly log: Pick<AuditLog, 'nodes' | 'batches' | 'leaves' | 'lastCheckpoint'>
  readonly file: Pick<CheckpointFile, 'read'>
  readonly cipher: BatchCipher
  readonly compartment: CompartmentId
  /** Public half of the audit key. */
  readonly key: KeyObject
  readonly origin: string
  /** A checkpoint that an auditor kept. */
  readonly since?: string
  /** Absent: the records are not compared. */
  readonly records?: RecordsAtRest
}

/** Never throws for what it finds; what keeps it from looking (no key, unreadable file) is `unknown`. */
export async function verifyAudit(parts: VerifyParts): Promise<Verdict> {
  try {
    return await verify(parts)
  } catch (cause) {
    if (cause instanceof Tampered) return { verdict: 'tampered', ...cause.finding }
    return { verdict: 'unknown', because: cause instanceof Error ? cause.message : 'unknown' }
  }
}

async function verify(parts: VerifyParts): Promise<Verdict> {
  const note = await parts.file.read()
  const stored = await parts.log.lastCheckpoint()
  const said = [
    ...opening(parts, stored?.note, 'the stored checkpoint'),
    ...opening(parts, note, 'the checkpoint file'),
    ...opening(parts, parts.since, 'the checkpoint given'),
  ]
  const named = namedRecords()
  const walk = await walkLog(parts, { named, sizes: new Set(said.map(({ checkpoint }) => checkpoint?.size ?? 0)) })
  const tree = await walk.throughLeaves()
  // Signatures after rows: a changed row is named by its number before a checkpoint that no longer fits it.
  for (const { what, checkpoint } of said) walk.compare(what, checkpoint)
  await walk.throughRest()
  if (note === undefined && stored !== undefined)
    return { verdict: 'unknown', because: 'the checkpoint file is gone: a rollback would not show' }
  const records = parts.records === undefined ? undefined : await verifyRecords(parts.records, named)
  return { verdict: 'intact', rows: walk.rows(), batches: tree.size, records }
}

interface Said {
  readonly what: string
  /** `undefined`: not signed by this installation. */
  readonly checkpoint: CheckpointText | undefined
}

const opening = ({ key, origin }: VerifyParts, note: string | undefined, what: string): readonly Said[] =>
  note === undefined ? [] : [{ what, checkpoint: openCheckpoint(key, origin, note) }]

const page = 64

/** The batches of one node, in order, each checked as it is taken. */
interface Walk {
  readonly node: number
  readonly next: () => Promise<AuditBatch | undefined>
  /** Number of the entry that must come next. */
  readonly expected: () => number
}

interface LogWalk {
  /** Every leaf stands for the next batch of its node. */
  throughLeaves(): Promise<Tree>
  /** Of those sizes that were asked for at the start. */
  compare(what: string, checkpoint: CheckpointText | undefined): void
  /** Batches that no leaf stands for yet. */
  throughRest(): Promise<void>
  rows(): number
}

async function walkLog(
  parts: VerifyParts,
  { named, sizes }: { readonly named: NamedRecords; readonly sizes: ReadonlySet<number> },
): Promise<LogWalk> {
  const walks = new Map<number, Walk>()
  for (const node of await parts.log.nodes()) walks.set(node, nodeWalk(parts, { node, named }))
  let tree = emptyTree
  const roots = new Map<number, Bytes>([[0, rootOf(tree)]])
  const take = async (leaf: AuditLeaf): Promise<void> => {
    if (leaf.index !== tree.size) throw new Tampered({ ...position(walks), because: `place ${tree.size} of the log is empty` })
    await takeBatch(walks.get(leaf.node), leaf)
    tree = grown(tree, leaf.hash)
    if (sizes.has(tree.size)) roots.set(tree.size, rootOf(tree))
  }
  return {
    async throughLeaves() {
      for (let leaves = await parts.log.leaves(0, page); leaves.length > 0; leaves = await parts.log.leaves(tree.size, page)) {
        for (const leaf of leaves) await take(leaf)
        await breathe()
      }
      return tree
    },
    compare(what, checkpoint) {
      if (checkpoint === undefined) throw new Tampered({ because: `${what} is not signed by this installation` })
      const found = roots.get(checkpoint.size)
      if (found === undefined)
        throw new Tampered({
          ...position(walks),
          because: `${what} covers ${checkpoint.size} batches, the log has ${tree.size}: it was cut or rolled back`,
        })
      if (Buffer.compare(found, checkpoint.root) !== 0)
        throw new Tampered({ firstBad: 1, because: `${what} signed other rows than the first ${checkpoint.size} batches hold` })
    },
    async throughRest() {
      for (const walk of walks.values()) while ((await walk.next()) !== undefined) await breathe()
    },
    rows: () => [...walks.values()].reduce((sum, walk) => sum + walk.expected() - 1, 0),
  }
}

async function takeBatch(walk: Walk | undefined, leaf: AuditLeaf): Promise<void> {
  const where = { node: leaf.node, firstBad: walk?.expected() ?? 1 }
  const batch = await walk?.next()
  if (batch === undefined) throw new Tampered({ ...where, because: 'rows that the log names are gone' })
  if (batch.seq !== leaf.seq || Buffer.compare(batchLeaf(batch), leaf.hash) !== 0)
    throw new Tampered({ ...where, because: 'rows are not those that the log names' })
}

/** Where the log ends for the node that comes first: what is missing begins there. */
function position(walks: ReadonlyMap<number, Walk>): { readonly node: number; readonly firstBad: number } {
  const [walk] = walks.values()
  return { node: walk?.node ?? 0, firstBad: walk?.expected() ?? 1 }
}

function nodeWalk(parts: VerifyParts, { node, named }: { readonly node: number; readonly named: NamedRecords }): Walk {
  let waiting: readonly AuditBatch[] = []
  let head = genesis
  let expected = 1
  let after = 0
  return {
    node,
    expected: () => expected,
    async next() {
      if (waiting.length === 0) waiting = await parts.log.batches(node, after, page)
      const [batch, ...rest] = waiting
      waiting = rest
      if (batch === undefined) return undefined
      if (batch.seq !== expected) throw new Tampered({ node, firstBad: Math.min(expected, batch.seq), because: gap(expected, batch.seq) })
      const entries = opened(parts, batch)
      head = chained(head, entries)
      if (Buffer.compare(head, batch.hash) !== 0)
        throw new Tampered({ node, firstBad: expected, because: 'a row does not continue the chain of those before it' })
      for (const entry of entries) named.add(entry.seq, parseRow(entry).writes ?? [])
      after = batch.seq
      expected += batch.count
      return batch
    },
  }
}

const gap = (expected: number, found: number): string =>
  found > expected ? `rows ${expected} to ${found - 1} are gone` : `row ${found} stands where row ${expected} must be`

function opened({ cipher, compartment }: VerifyParts, batch: AuditBatch): readonly BatchEntry[] {
  try {
    return openBatch(cipher, compartment, batch)
  } catch (cause) {
    throw new Tampered({ node: batch.node, firstBad: batch.seq, because: 'a row was changed: it does not open' }, { cause })
  }
}

/** Verification may run in the process that serves: between pages others have their turn. */
const breathe = (): Promise<void> => new Promise(resolve => void setImmediate(resolve))
