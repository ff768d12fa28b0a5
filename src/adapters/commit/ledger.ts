// What every engine with a synchronous transaction does with one commit (security-and-reliability.md 3.3). Checks come before writes: a
// refused commit has written nothing, so its neighbours in the transaction stay.
import assert from 'node:assert/strict'
import { seq, type CompartmentId, type RecordId, type Seq, compartmentOf } from '#model/brands.ts'
import type { Change, Commit, Committed, Write } from '#ports/record-store.ts'
import { applyWrites } from './apply-writes.ts'
import type { FeedTail } from './feed-tail.ts'
import type { Tables } from './tables.ts'

/** Orders commits: keeps the head and the tail of the feed beside the tables. */
export interface Ledger {
  head(): Seq
  /** Inside a transaction of the engine. */
  run(commit: Commit, options?: { readonly reserved: boolean }): Committed
  changesAfter(position: Seq): readonly Change[]
  /** The transaction is durable. */
  settle(): void
  /** The transaction was rolled back. */
  rollBack(): void
}

/** Puts of one mutation: `ord` leaves room for as many. */
const putsMax = 1024

export function ledger(tables: Tables, feed: { readonly head: Seq; readonly tail: FeedTail }): Ledger {
  let head = feed.head
  let settled = { head, mark: feed.tail.mark() }
  const changesAfter = (position: Seq): readonly Change[] => feed.tail.since(position) ?? tables.changesAfter(position)
  const mutate = (commit: Commit): readonly Change[] => {
    head = seq(head + 1)
    const own = applyWrites(tables, commit, head)
    tables.addFeed(commit.id, head, own)
    for (const [place, effect] of commit.outbox.entries()) tables.addEffect(effect, { mutation: commit.id, place })
    feed.tail.add(own)
    return own
  }
  return {
    head: () => head,
    changesAfter,
    run(commit, options) {
      if (options?.reserved === true && !mayUseReserve(commit)) return { done: false, reserved: true }
      if (!fenceHolds(tables, commit)) return { done: false, fenced: true }
      const news = changesAfter(commit.decidedAt)
      if (commit.writes.length === 0 && commit.outbox.length === 0) return { done: true, seq: head, news }
      if (moved(news, commit) || !versionsHold(tables, commit.writes)) return { done: false, stale: news }
      const own = mutate(commit)
      return { done: true, seq: head, news: news.length === 0 ? own : [...news, ...own] }
    },
    settle() {
      feed.tail.settle()
      settled = { head, mark: feed.tail.mark() }
    },
    rollBack() {
      head = settled.head
      feed.tail.rollBack(settled.mark)
    },
  }
}

/** Something the call read, or any ruling, has moved since it decided. */
export function moved(news: readonly Change[], commit: Pick<Commit, 'reads'>): boolean {
  if (news.length === 0) return false
  const read = new Set(commit.reads)
  return news.some(change => change.ruling || read.has(change.id))
}

/** A full disk still takes what frees it (security-and-reliability.md 4.6). */
function mayUseReserve(commit: Commit): boolean {
  if (commit.essential === true) return true
  if (commit.entries.length === 0 && commit.writes.length === 0 && commit.outbox.length === 0) return true
  const frees = (write: Write): boolean =>
    'remove' in write || 'removeMaterial' in write || 'removePlaces' in write || 'removeCompartment' in write
  return commit.writes.length > 0 && commit.writes.every(frees)
}

const fenceHolds = (tables: Tables, { fence }: Commit): boolean => fence === undefined || tables.leaseEpoch(fence.lease) === fence.epoch

/** Each write meets the version it expects, those of the same commit before it counted in. */
function versionsHold(tables: Tables, writes: readonly Write[]): boolean {
  assert(writes.length <= putsMax, 'a mutation has at most 1,024 writes')
  const own = new Map<RecordId, number | 'absent'>()
  const gone = new Set<CompartmentId>()
  const versionNow = (id: RecordId): number | 'absent' =>
    own.get(id) ?? (gone.has(compartmentOf(id)) ? 'absent' : (tables.head(id)?.version ?? 'absent'))
  for (const write of writes) {
    if ('put' in write) {
      if (versionNow(write.put.id) !== write.expected) return false
      own.set(write.put.id, write.put.version)
    } else if ('remove' in write) {
      if (versionNow(write.remove) !== write.expected) return false
      own.set(write.remove, 'absent')
    } else if ('removeCompartment' in write) {
      gone.add(write.removeCompartment)
      forget(own, write.removeCompartment)
    }
  }
  return true
}

function forget(own: Map<RecordId, unknown>, compartment: CompartmentId): void {
  for (const id of own.keys()) if (compartmentOf(id) === compartment) own.delete(id)
}
