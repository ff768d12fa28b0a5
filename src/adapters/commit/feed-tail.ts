import type { Seq } from '#model/brands.ts'
import type { Change } from '#ports/record-store.ts'

/** The newest part of the feed in memory, so that no query is needed to tell a commit what moved (performance.md 6.3). */
export interface FeedTail {
  /** Changes after a position, in order; `undefined` where the tail does not reach back so far. */
  since(position: Seq): readonly Change[] | undefined
  add(changes: readonly Change[]): void
  mark(): number
  /** Forgets what was added after the mark. */
  rollBack(mark: number): void
  /** Nothing will be rolled back any more: what is over the capacity may go. */
  settle(): void
}

const nothing: readonly Change[] = []

/** `changes` are the newest of the feed, complete after `floor`. */
export function feedTail(capacity: number, { changes, floor }: { readonly changes: readonly Change[]; readonly floor: Seq }): FeedTail {
  let kept = [...changes]
  let complete = floor
  return {
    since(position) {
      const newest = kept.at(-1)
      if (newest === undefined ? position >= complete : newest.seq <= position) return nothing
      return position < complete ? undefined : kept.slice(firstAfter(kept, position))
    },
    add(changes) {
      kept.push(...changes)
    },
    mark: () => kept.length,
    rollBack(mark) {
      kept.length = mark
    },
    settle() {
      if (kept.length <= capacity * 2) return
      const last = kept[kept.length - capacity - 1]
      if (last === undefined) return
      // A position leaves as a whole, or `since` would answer with a part of it.
      complete = last.seq
      kept = kept.slice(firstAfter(kept, complete))
    },
  }
}

function firstAfter(changes: readonly Change[], position: Seq): number {
  let low = 0
  let high = changes.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((changes[middle]?.seq ?? 0) > position) high = middle
    else low = middle + 1
  }
  return low
}
