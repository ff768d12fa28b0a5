import { createPublicKey, type KeyObject } from 'node:crypto'
import type { AuditHead, AuditLeaf, AuditLog, CheckpointFile } from '#ports/audit-log.ts'
import type { Clock } from '#ports/clock.ts'
import { type CheckpointText, openCheckpoint, signCheckpoint } from './checkpoint.ts'
import { batchLeaf, emptyTree, frontierBytes, grown, rootOf, type Tree, treeFrom } from './merkle.ts'

export interface SequencerParts {
  readonly log: AuditLog
  readonly file: CheckpointFile
  /** Ed25519, private. */
  readonly key: KeyObject
  readonly origin: string
  readonly clock: Pick<Clock, 'monotonic' | 'after'>
  /** A database without its file is accepted: restored on purpose. */
  readonly acceptMissingFile?: boolean
}

/** Gives batches their place in the tree over all nodes and signs checkpoints (security-and-reliability.md 4.4). One of a cluster, under a lease. */
export interface Sequencer {
  /** Adds what is new and signs when it is time, or `now`; answers how many batches were new. */
  step(options?: { readonly now: boolean }): Promise<number>
  /** Steps by itself until stopped; the last step signs all there is. */
  start(onError: (cause: unknown) => void): { stop(): Promise<void> }
}

/** The log is not the one that was signed: the node must not start (security-and-reliability.md 1.4). */
export class AuditTampered extends Error {
  override readonly name = 'AuditTampered'
}

const signEveryMs = 1_000
const signEveryEntries = 1_000
const page = 256
/** Looks come closer together the more there is to find: what a busy quarter of a second leaves would hold up every request for 15 ms. */
const looks = { batches: 64, longestPauseMs: 250, shortestPauseMs: 16 } as const

/** Reads what was signed last and continues it. Throws `AuditTampered` where the database is behind it, or is another. */
export async function openSequencer(parts: SequencerParts): Promise<Sequencer> {
  const { log, clock } = parts
  let tree = await continued(parts)
  const placed = new Map<number, number>()
  let signed = { at: clock.monotonic(), size: (await log.lastCheckpoint())?.size ?? 0 }
  let entriesUnsigned = tree.size > signed.size ? signEveryEntries : 0
  const placedOf = async (node: number): Promise<number> => placed.get(node) ?? (await log.lastLeaf(node))?.seq ?? 0
  const place = async (heads: readonly AuditHead[]): Promise<void> => {
    const leaves = heads.map((head, n): AuditLeaf => ({ index: tree.size + n, node: head.node, seq: head.seq, hash: batchLeaf(head) }))
    await log.addLeaves(leaves)
    for (const leaf of leaves) tree = grown(tree, leaf.hash)
    for (const { node, seq, count } of heads) {
      placed.set(node, seq)
      entriesUnsigned += count
    }
  }
  const stepNow = async ({ now }: { readonly now: boolean }): Promise<number> => {
    let added = 0
    for (const node of await log.nodes()) {
      for (
        let heads = await log.heads(node, await placedOf(node), page);
        heads.length > 0;
        heads = await log.heads(node, await placedOf(node), page)
      ) {
        await place(heads)
        added += heads.length
      }
    }
    const due = now || entriesUnsigned >= signEveryEntries || clock.monotonic() - signed.at >= signEveryMs
    if (tree.size > signed.size && due) {
      await signAndKeep(parts, tree)
      signed = { at: clock.monotonic(), size: tree.size }
      entriesUnsigned = 0
    }
    return added
  }
  // One after the other: the clock's and a verifier's would place the same batches twice.
  let turn: Promise<unknown> = Promise.resolve()
  const step = async (options = { now: false }): Promise<number> => {
    const mine = turn.then(async () => stepNow(options))
    turn = mine.catch(() => undefined)
    return mine
  }
  return { step, start: onError => stepping(parts, step, onError) }
}

/** The file first: then a database with a checkpoint always has its file, whenever the power goes. */
async function signAndKeep({ log, file, key, origin }: SequencerParts, tree: Tree): Promise<void> {
  const note = signCheckpoint(key, { origin, size: tree.size, root: rootOf(tree) })
  await file.write(note)
  await log.addCheckpoint({ size: tree.size, note, frontier: frontierBytes(tree) })
}

function stepping(
  { clock }: SequencerParts,
  step: Sequencer['step'],
  onError: (cause: unknown) => void,
): { readonly stop: () => Promise<void> } {
  let running: Promise<unknown> = Promise.resolve()
  let cancel = (): void => undefined
  let over = false
  const nextIn = (pauseMs: number): void => {
    if (over) return
    cancel = clock.after(pauseMs, () => {
      running = step().then(
        found => nextIn(pauseAfter(pauseMs, found)),
        cause => {
          onError(cause)
          nextIn(looks.longestPauseMs)
        },
      )
    })
  }
  nextIn(looks.longestPauseMs)
  return {
    async stop() {
      over = true
      cancel()
      await running
      // What cannot be signed now, on a full disk for one, is signed after the next start.
      await step({ now: true }).catch(onError)
    },
  }
}

/** So long that the next look finds about `looks.batches`, if as many come as came. */
function pauseAfter(pauseMs: number, found: number): number {
  const wished = (pauseMs * looks.batches) / Math.max(1, found)
  return Math.min(looks.longestPauseMs, Math.max(looks.shortestPauseMs, wished))
}

/** The tree over all leaves that the database has, once it is shown to continue both what it and what the file say was signed. */
async function continued(parts: SequencerParts): Promise<Tree> {
  const stored = await storedTree(parts)
  const note = await parts.file.read()
  if (note !== undefined) await checkKept(parts, stored, trusted(parts, note, 'the checkpoint file'))
  else if (stored.size > 0 && parts.acceptMissingFile !== true)
    throw new AuditTampered('the checkpoint file is gone, though checkpoints were signed')
  return extended(parts.log, { tree: stored, size: Number.POSITIVE_INFINITY })
}

async function checkKept({ log }: SequencerParts, stored: Tree, kept: CheckpointText): Promise<void> {
  const tree = await extended(log, { tree: kept.size < stored.size ? emptyTree : stored, size: kept.size })
  if (tree.size < kept.size) throw new AuditTampered(`the database holds ${tree.size} batches, the newest checkpoint covers ${kept.size}`)
  if (!sameRoot(tree, kept)) throw new AuditTampered(`the first ${kept.size} batches are not those that were signed`)
}

async function storedTree(parts: SequencerParts): Promise<Tree> {
  const last = await parts.log.lastCheckpoint()
  if (last === undefined) return emptyTree
  const said = trusted(parts, last.note, 'the stored checkpoint')
  const hinted = treeFrom(said.size, last.frontier)
  const tree = hinted !== undefined && sameRoot(hinted, said) ? hinted : await extended(parts.log, { tree: emptyTree, size: said.size })
  if (!sameRoot(tree, said)) throw new AuditTampered(`the first ${said.size} batches are not those that were signed`)
  return tree
}

function trusted({ key, origin }: SequencerParts, note: string, what: string): CheckpointText {
  const said = openCheckpoint(createPublicKey(key), origin, note)
  if (said === undefined) throw new AuditTampered(`${what} is not signed by this installation`)
  return said
}

export const sameRoot = (tree: Tree, said: CheckpointText): boolean =>
  tree.size === said.size && Buffer.compare(rootOf(tree), said.root) === 0

async function extended(log: Pick<AuditLog, 'leaves'>, { tree, size }: { readonly tree: Tree; readonly size: number }): Promise<Tree> {
  let grownTree = tree
  while (grownTree.size < size) {
    const leaves = await log.leaves(grownTree.size, Math.min(page, size - grownTree.size))
    for (const leaf of leaves) {
      if (leaf.index !== grownTree.size) throw new AuditTampered(`place ${grownTree.size} of the log is empty`)
      grownTree = grown(grownTree, leaf.hash)
    }
    if (leaves.length < page && size === Number.POSITIVE_INFINITY) return grownTree
    if (leaves.length === 0) return grownTree
  }
  return grownTree
}
