import type { RecordId } from '#model/brands.ts'

export interface PageAt {
  readonly after: number
  readonly limit: number
}

/** Which records stood on a page of a collection or a tag, as the store last answered. The feed names each that gained or lost a member. */
export interface Pages {
  get(of: RecordId, at: PageAt): readonly RecordId[] | undefined
  set(of: RecordId, at: PageAt, ids: readonly RecordId[]): void
  /** A member came or went. */
  drop(of: RecordId): void
  /** All whose collection the predicate names. */
  dropWhere(which: (of: RecordId) => boolean): void
}

const key = ({ after, limit }: PageAt): string => `${after} ${limit}`

/** Keeps so many pages; what was listed first goes first. */
export function createPages(pagesMax: number): Pages {
  const byCollection = new Map<RecordId, Map<string, readonly RecordId[]>>()
  let count = 0
  const drop = (of: RecordId): void => {
    count -= byCollection.get(of)?.size ?? 0
    byCollection.delete(of)
  }
  return {
    get: (of, at) => byCollection.get(of)?.get(key(at)),
    set(of, at, ids) {
      const pages = byCollection.getOrInsertComputed(of, () => new Map<string, readonly RecordId[]>())
      if (!pages.has(key(at))) count += 1
      pages.set(key(at), ids)
      for (const oldest of byCollection.keys()) {
        if (count <= pagesMax) return
        drop(oldest)
      }
    },
    drop,
    dropWhere(which) {
      for (const of of byCollection.keys()) if (which(of)) drop(of)
    },
  }
}
