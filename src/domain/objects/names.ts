import { compartmentOf, type CompartmentId, type RecordId } from '#model/brands.ts'
import type { Barrier } from '#ports/barrier.ts'
import type { RecordStore } from '#ports/record-store.ts'
import { kinds } from '#domain/records/kinds.ts'
import { collectionId } from '#domain/records/records.ts'
import type { View } from '#domain/records/view.ts'
import { objects } from './records.ts'

/** Names of a bucket's objects in the order of their UTF-8 bytes. */
export type SortedNames = readonly string[]

export interface ObjectNames {
  /** Built when it is first asked for, and as of now each time. */
  of(compartment: CompartmentId): Promise<SortedNames>
}

interface Directory {
  readonly names: string[]
  readonly byId: Map<RecordId, string>
  /** Changed since it was built. */
  readonly dirty: Set<RecordId>
  ready: Promise<void>
}

const pageRows = 1_000
/** Names in memory, of all buckets: the directory that was asked for longest ago goes. */
const namesMax = 2_000_000

/** Directories of names, in memory alone, kept by the feed (design.md 4, "Residency"). */
export function createObjectNames(needs: { readonly view: View; readonly store: RecordStore; readonly barrier: Barrier }): ObjectNames {
  const directories = new Map<CompartmentId, Directory>()
  needs.view.onNews(news => {
    for (const { kind, id } of news) if (kind === kinds.objects) directories.get(compartmentOf(id))?.dirty.add(id)
  })
  return {
    async of(compartment) {
      const known = directories.get(compartment)
      const directory = known ?? { names: [], byId: new Map(), dirty: new Set(), ready: Promise.resolve() }
      directories.delete(compartment)
      directories.set(compartment, directory)
      const before = directory.ready
      directory.ready = before.then(async () => {
        if (known === undefined) await build(needs, directory, compartment)
        await catchUp(needs, directory)
      })
      try {
        await directory.ready
      } catch (cause) {
        directories.delete(compartment)
        throw cause
      }
      evict(directories)
      return directory.names
    },
  }
}

function evict(directories: Map<CompartmentId, Directory>): void {
  let sum = 0
  for (const { names } of directories.values()) sum += names.length
  for (const [compartment, { names }] of directories) {
    if (sum <= namesMax || directories.size === 1) return
    directories.delete(compartment)
    sum -= names.length
  }
}

type Reading = Parameters<typeof createObjectNames>[0]

async function build({ store, barrier, view }: Reading, { names, byId }: Directory, compartment: CompartmentId): Promise<void> {
  const of = collectionId(barrier, { compartment, family: 'objects', collection: [] })
  for (let after = -1; ;) {
    const rows = await store.list(of, { after, limit: pageRows, kind: kinds.objects })
    for (const row of rows) byId.set(row.id, view.open(objects, row).path[0] ?? '')
    const last = rows.at(-1)
    if (last === undefined || rows.length < pageRows) break
    after = last.ord
  }
  names.push(...byId.values())
  names.sort(compareNames)
}

async function catchUp({ store, view }: Reading, { names, byId, dirty }: Directory): Promise<void> {
  const ids = [...dirty]
  dirty.clear()
  for (let at = 0; at < ids.length; at += pageRows) {
    const page = ids.slice(at, at + pageRows)
    const rows = await store.read(page)
    for (const [index, id] of page.entries()) {
      const row = rows[index]
      const name = row === undefined ? undefined : (view.open(objects, row).path[0] ?? '')
      const known = byId.get(id)
      if (name === undefined && known !== undefined) {
        byId.delete(id)
        names.splice(firstFrom(names, known), 1)
      } else if (name !== undefined && known === undefined) {
        byId.set(id, name)
        names.splice(firstFrom(names, name), 0, name)
      }
    }
  }
}

/** Index of the first name that is not before this one. */
export function firstFrom(names: SortedNames, from: string): number {
  let [low, high] = [0, names.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareNames(names[middle] ?? '', from) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** As their UTF-8 bytes compare. UTF-16 units compare alike, but that surrogates stand for what comes after all others. */
export function compareNames(one: string, other: string): number {
  const length = Math.min(one.length, other.length)
  for (let at = 0; at < length; at += 1) {
    const [a, b] = [one.charCodeAt(at), other.charCodeAt(at)]
    if (a !== b) return place(a) - place(b)
  }
  return one.length - other.length
}

const place = (unit: number): number => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800)
