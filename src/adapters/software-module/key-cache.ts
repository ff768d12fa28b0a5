import type { RecordId } from '#model/brands.ts'
import type { Place } from '#ports/record-store.ts'

/** Open keys by place: bounded, least recently used first out (performance.md 5.3). */
export interface KeyCache<K> extends Disposable {
  /** Opens on a miss; several callers at once share one opening. The key stays open until `work` has settled, whatever happens meanwhile. */
  with<T>(place: Place, open: () => Promise<K>, work: (key: K) => Promise<T>): Promise<T>
  /** Every version of a record. Work that has begun goes on; work that begins later opens anew. */
  drop(id: RecordId): void
  readonly size: number
}

interface Entry<K> {
  readonly name: string
  readonly id: RecordId
  readonly key: Promise<K>
  users: number
  gone: boolean
}

/** `max`: keys kept open beside those at work. */
export function keyCache<K extends Disposable>(max: number): KeyCache<K> {
  const entries = new Map<string, Entry<K>>()
  const byRecord = new Map<RecordId, Set<Entry<K>>>()

  const remove = (entry: Entry<K>): void => {
    if (entry.gone) return
    entry.gone = true
    entries.delete(entry.name)
    const siblings = byRecord.get(entry.id)
    siblings?.delete(entry)
    if (siblings?.size === 0) byRecord.delete(entry.id)
    closeWhenIdle(entry)
  }
  const admit = (place: Place, open: () => Promise<K>): Entry<K> => {
    const name = `${place.id}/${place.version}`
    const found = entries.get(name)
    const entry = found ?? { name, id: place.id, key: open(), users: 0, gone: false }
    // Deleted and set again, it is the youngest.
    entries.delete(name)
    entries.set(name, entry)
    if (found === undefined) {
      byRecord.set(place.id, (byRecord.get(place.id) ?? new Set()).add(entry))
      const oldest = entries.values().next()
      if (entries.size > max && oldest.done !== true) remove(oldest.value)
    }
    return entry
  }
  return {
    async with(place, open, work) {
      const entry = admit(place, open)
      entry.users += 1
      try {
        return await work(await opened(entry, remove))
      } finally {
        entry.users -= 1
        closeWhenIdle(entry)
      }
    },
    drop(id) {
      for (const entry of byRecord.get(id) ?? []) remove(entry)
    },
    get size() {
      return entries.size
    },
    [Symbol.dispose]() {
      for (const entry of entries.values()) remove(entry)
    },
  }
}

/** A key that did not open is not remembered: the next caller tries again. */
async function opened<K>(entry: Entry<K>, remove: (entry: Entry<K>) => void): Promise<K> {
  try {
    return await entry.key
  } catch (error) {
    remove(entry)
    throw error
  }
}

function closeWhenIdle<K extends Disposable>(entry: Entry<K>): void {
  if (!entry.gone || entry.users > 0) return
  // Whoever waited for a failed opening has been told.
  entry.key.then(
    key => {
      key[Symbol.dispose]()
    },
    () => undefined,
  )
}
