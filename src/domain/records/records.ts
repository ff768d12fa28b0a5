import assert from 'node:assert/strict'
import type { CompartmentId, RecordId } from '#model/brands.ts'
import type { Barrier } from '#ports/barrier.ts'
import type { RecordStore } from '#ports/record-store.ts'
import type { Call } from '#domain/call.ts'
import { canonicalPath, type AnyFamily, type Family, type Held } from './family.ts'
import { kinds } from './kinds.ts'
import type { View } from './view.ts'

export interface Page {
  readonly after: number
  readonly limit: number
}

/** A family as the verbs use it. What is read is noted in the call; what is changed is staged there. */
export interface Records<T, Path extends readonly string[]> {
  /** Notes the id, found or not. Sees what this call itself has staged. */
  get(call: Call, compartment: CompartmentId, path: Path): Promise<Held<T, Path> | undefined>
  /** Notes the collection and each row; rows in the order of their making. */
  list(
    call: Call,
    compartment: CompartmentId,
    options: { readonly collection: readonly string[] } & Page,
  ): Promise<readonly Held<T, Path>[]>
  /** The same by a tag. */
  listTagged(call: Call, compartment: CompartmentId, options: { readonly tag: readonly string[] } & Page): Promise<readonly Held<T, Path>[]>
  /** Every record of a resident family in one compartment, this call's own changes included; notes the family's collection there and each that `keep` lets through. */
  all(call: Call, compartment: CompartmentId, keep?: (held: Held<T, Path>) => boolean): readonly Held<T, Path>[]
  /** Resident families outside a call: schedulers, indexes. */
  peek(): readonly Held<T, Path>[]
  create(call: Call, compartment: CompartmentId, made: { readonly path: Path; readonly value: T }): Held<T, Path>
  update(call: Call, held: Held<T, Path>, value: T): Held<T, Path>
  remove(call: Call, held: Held<T, Path>): void
  idOf(compartment: CompartmentId, path: Path): RecordId
  observe(observer: (before: Held<T, Path> | undefined, after: Held<T, Path> | undefined) => void): void
}

export interface RecordNeeds {
  readonly view: View
  readonly barrier: Barrier
  readonly store: RecordStore
}

export const collectionId = (
  barrier: Barrier,
  at: { readonly compartment: CompartmentId; readonly family: string; readonly collection: readonly string[] },
): RecordId => barrier.index(at.compartment, canonicalPath('collection', at.family, at.collection))

export const tagId = (
  barrier: Barrier,
  at: { readonly compartment: CompartmentId; readonly family: string; readonly tag: readonly string[] },
): RecordId => barrier.index(at.compartment, canonicalPath('tag', at.family, at.tag))

export function openRecords<T, Path extends readonly string[]>(needs: RecordNeeds, family: Family<T, Path>): Records<T, Path> {
  const { view, barrier, store } = needs
  const forgotten = family as unknown as AnyFamily // oxlint-disable-line typescript/no-unsafe-type-assertion -- the one place where a family's types are forgotten; `typed` gives them back
  const typed = (held: Held<unknown>): Held<T, Path> => held as Held<T, Path> // oxlint-disable-line typescript/no-unsafe-type-assertion -- the family's schema has parsed the value
  const idOf = (compartment: CompartmentId, path: Path): RecordId => barrier.index(compartment, canonicalPath('record', family.name, path))

  function stage(call: Call, change: { id: RecordId; before: number; held: Held<T, Path> | undefined }): void {
    const earlier = call.staged.get(change.id)
    call.staged.set(change.id, { family: forgotten, expected: earlier?.expected ?? change.before, held: change.held })
  }

  async function rows(call: Call, id: RecordId, page: Page): Promise<readonly Held<T, Path>[]> {
    call.reads.add(id)
    const found = await store.list(id, { ...page, kind: kinds[family.name] })
    return found.map(row => {
      call.reads.add(row.id)
      return typed(view.open(forgotten, row))
    })
  }

  return {
    idOf,
    async get(call, compartment, path) {
      if (!barrier.has(compartment)) return undefined
      const id = idOf(compartment, path)
      call.reads.add(id)
      const staged = call.staged.get(id)
      if (staged !== undefined) return staged.held === undefined ? undefined : typed(staged.held)
      const held = await view.find(forgotten, id)
      return held === undefined ? undefined : typed(held)
    },
    async list(call, compartment, { collection, ...page }) {
      return rows(call, collectionId(barrier, { compartment, family: family.name, collection }), page)
    },
    async listTagged(call, compartment, { tag, ...page }) {
      return rows(call, tagId(barrier, { compartment, family: family.name, tag }), page)
    },
    all(call, compartment, keep = () => true) {
      if (!barrier.has(compartment)) return []
      call.reads.add(collectionId(barrier, { compartment, family: family.name, collection: [] }))
      const found: Held<T, Path>[] = []
      for (const held of view.resident(forgotten)) {
        if (held.compartment !== compartment) continue
        const staged = call.staged.get(held.id)
        const now = staged === undefined ? typed(held) : staged.held === undefined ? undefined : typed(staged.held)
        if (now !== undefined && keep(now)) found.push(now)
      }
      for (const staged of call.staged.values()) {
        if (staged.family !== forgotten || staged.expected !== 0 || staged.held?.compartment !== compartment) continue
        if (keep(typed(staged.held))) found.push(typed(staged.held))
      }
      for (const held of found) call.reads.add(held.id)
      return found
    },
    peek: () => view.resident(forgotten).map(typed),
    create(call, compartment, { path, value }) {
      const id = idOf(compartment, path)
      const held: Held<T, Path> = { id, compartment, path, version: 1, ord: 0, value: family.schema.parse(value) }
      const earlier = call.staged.get(id)
      assert(earlier === undefined || earlier.held === undefined, `a ${family.name} record is made twice in one call`)
      // Removed and made again in one call: one change of the record that was there.
      const version = earlier === undefined ? 1 : earlier.expected + 1
      stage(call, { id, before: 0, held: { ...held, version } })
      return { ...held, version }
    },
    update(call, held, value) {
      const expected = call.staged.get(held.id)?.expected ?? held.version
      const after: Held<T, Path> = { ...held, version: expected + 1, value: family.schema.parse(value) }
      stage(call, { id: held.id, before: held.version, held: after })
      return after
    },
    remove(call, held) {
      const earlier = call.staged.get(held.id)
      if (earlier?.expected === 0) call.staged.delete(held.id)
      else stage(call, { id: held.id, before: held.version, held: undefined })
    },
    observe(observer) {
      view.observe(forgotten, (before, after) => observer(before && typed(before), after && typed(after)))
    },
  }
}
