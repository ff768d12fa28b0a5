import type { Seq } from '#model/brands.ts'
import { noMutation, type Commit, type Committed } from '#ports/record-store.ts'
import type { WriterCalls } from './writer.ts'

/** From the thread that serves requests to the writer's. Tickets are counted up; a commit's is `first` + its place. */
export type ToWriter =
  | { readonly commits: readonly SentCommit[]; readonly first: number }
  | { readonly call: keyof WriterCalls; readonly parameters: readonly unknown[]; readonly ticket: number }
  | { readonly close: true; readonly ticket: number }

/** A commit that no transaction takes is a bug; its neighbours are not harmed. */
export type Outcome = Committed | { readonly bug: string }

export type FromWriter =
  | { readonly committed: readonly SentOutcome[]; readonly first: number }
  | { readonly answer: unknown; readonly ticket: number }
  | { readonly bug: string; readonly ticket: number }
  /** The store has failed; nothing more is answered. */
  | { readonly failed: string }

// Most commits only add an entry, and most of those find no news. The clone of a message writes out each name of each object's members, so
// these two travel without names: 0.2 instead of 2 µs a commit, both threads together.

/** A commit, or what one that only adds entries says: where it was decided, and the entries. */
type SentCommit = Commit | readonly [decidedAt: Seq, ...entries: string[]]
/** An outcome, or the position of one that is done without news. */
type SentOutcome = Outcome | Seq

export function sentCommit(commit: Commit): SentCommit {
  const { writes, outbox, fence, essential, reads, decidedAt, entries } = commit
  const onlyEntries = writes.length === 0 && outbox.length === 0 && fence === undefined && essential === undefined && reads.length === 0
  return onlyEntries ? [decidedAt, ...entries] : commit
}

export function receivedCommit(sent: SentCommit): Commit {
  if (!('0' in sent)) return sent
  const [decidedAt, ...entries] = sent
  return { id: noMutation, decidedAt, reads: [], writes: [], entries, outbox: [], ruling: false }
}

export const sentOutcome = (outcome: Outcome): SentOutcome =>
  'done' in outcome && outcome.done && outcome.news.length === 0 ? outcome.seq : outcome

export const receivedOutcome = (sent: SentOutcome): Outcome => (typeof sent === 'number' ? { done: true, seq: sent, news: [] } : sent)
