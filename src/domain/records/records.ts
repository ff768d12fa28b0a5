import assert from 'node:assert/strict'
import type { CompartmentId, RecordId } from '#model/brands.ts'
import type { Barrier } from '#ports/barrier.ts'
import type { RecordStore } from '#ports/record-store.ts'
import type { Call } from '#domain/call.ts'
import { canonicalPath, type AnyFamily, type Family, type Held } from './family.ts'
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

/** A family's records with its types still forgotten: what reading and staging work on. */
interface Parts {
  readonly needs: RecordNeeds
  readonly family: AnyFamily
}

export function openRecords<T, Path extends readonly string[]>(needs: RecordNeeds, family: Family<T, Path>): Records<T, Path> {
  const parts: Parts = { needs, family }
  const records = { ...reading(parts), ...staging(parts) }
  return records as unknown as Records<T, Path> // oxlint-disable-line typescript/no-unsafe-type-assertion -- and where its schema, which has parsed every value, gives them back
}

type Untyped = Records<unknown, readonly string[]>

const idOf = ({ needs, family }: Parts, compartment: CompartmentId, path: readonly string[]): RecordId =>
  needs.barrier.index(compartment, canonicalPath('record', family.name, path))

function reading(parts: Parts): Pick<Untyped, 'idOf' | 'get' | 'list' | 'listTagged' | 'all' | 'peek' | 'observe'> {
  const { needs, family } = parts
  const { view, barrier } = needs
  return {
    idOf: (compartment, path) => idOf(parts, compartment, path),
    get(call, compartment, path) {
      if (!barrier.has(compartment)) return Promise.resolve(undefined)
      const id = idOf(parts, compartment, path)
      call.reads.add(id)
      const staged = call.staged.get(id)
      return staged === undefined ? view.find(family, id) : Promise.resolve(staged.held)
    },
    async list(call, compartment, { collection, ...page }) {
      return rowsOf(parts, call, { id: collectionId(barrier, { compartment, family: family.name, collection }), page })
    },
    async listTagged(call, compartment, { tag, ...page }) {
      return rowsOf(parts, call, { id: tagId(barrier, { compartment, family: family.name, tag }), page })
    },
    all(call, compartment, keep = () => true) {
      if (!barrier.has(compartment)) return []
      call.reads.add(collectionId(barrier, { compartment, family: family.name, collection: [] }))
      const found = residentNow(parts, call).filter(held => held.compartment === compartment && keep(held))
      for (const held of found) call.reads.add(held.id)
      return found
    },
    peek: () => view.resident(family),
    observe: observer => view.observe(family, observer),
  }
}

async function rowsOf(
  { needs, family }: Parts,
  call: Call,
  at: { readonly id: RecordId; readonly page: Page },
): Promise<readonly Held<unknown>[]> {
  call.reads.add(at.id)
  const listed = await needs.view.list(family, at.id, at.page)
  for (const { id } of listed) call.reads.add(id)
  return listed
}

/** A resident family as this call would leave it: what it has changed is changed, what it has made comes last. */
function residentNow({ needs, family }: Parts, call: Call): readonly Held<unknown>[] {
  const now = needs.view.resident(family).flatMap(held => {
    const staged = call.staged.get(held.id)
    return staged === undefined ? [held] : (staged.held ?? [])
  })
  const made = [...call.staged.values()].flatMap(staged => (staged.family === family && staged.expected === 0 ? (staged.held ?? []) : []))
  return [...now, ...made]
}

function staging(parts: Parts): Pick<Untyped, 'create' | 'update' | 'remove'> {
  const { family } = parts
  const stage = (
    call: Call,
    change: { readonly id: RecordId; readonly before: number; readonly held: Held<unknown> | undefined },
  ): void => {
    const expected = call.staged.get(change.id)?.expected ?? change.before
    call.staged.set(change.id, { family, expected, held: change.held })
  }
  return {
    create(call, compartment, { path, value }) {
      const id = idOf(parts, compartment, path)
      const earlier = call.staged.get(id)
      assert(earlier === undefined || earlier.held === undefined, `a ${family.name} record is made twice in one call`)
      // Removed and made again in one call: one change of the record that was there.
      const version = earlier === undefined ? 1 : earlier.expected + 1
      const held = { id, compartment, path, version, ord: 0, value: family.schema.parse(value) }
      stage(call, { id, before: 0, held })
      return held
    },
    update(call, held, value) {
      const expected = call.staged.get(held.id)?.expected ?? held.version
      const after = { ...held, version: expected + 1, value: family.schema.parse(value) }
      stage(call, { id: held.id, before: held.version, held: after })
      return after
    },
    remove(call, held) {
      // Made and removed in one call: it never was.
      if (call.staged.get(held.id)?.expected === 0) call.staged.delete(held.id)
      else stage(call, { id: held.id, before: held.version, held: undefined })
    },
  }
}
