import type { Commit, Committed } from '#ports/record-store.ts'
import type { WriterCalls } from './writer.ts'

/** From the thread that serves requests to the writer's. Tickets are counted up; a commit's is `first` + its place. */
export type ToWriter =
  | { readonly commits: readonly Commit[]; readonly first: number }
  | { readonly call: keyof WriterCalls; readonly parameters: readonly unknown[]; readonly ticket: number }
  | { readonly close: true; readonly ticket: number }

/** A commit that no transaction takes is a bug; its neighbours are not harmed. */
export type Outcome = Committed | { readonly bug: string }

export type FromWriter =
  | { readonly committed: readonly Outcome[]; readonly first: number }
  | { readonly answer: unknown; readonly ticket: number }
  | { readonly bug: string; readonly ticket: number }
  /** The store has failed; nothing more is answered. */
  | { readonly failed: string }
