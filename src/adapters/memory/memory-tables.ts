import { compartmentOf, type CompartmentId, millis, type MutationId, type RecordId, type Seq } from '#model/brands.ts'
import { collectionsOf } from '#adapters/commit/apply-writes.ts'
import type { Tables } from '#adapters/commit/tables.ts'
import type { Change, CompartmentKeyRow, Material, Place, StoredEffect, StoredRow } from '#ports/record-store.ts'
import { undoMap, type UndoLog, undoLog } from './undo-map.ts'

export interface Lease {
  readonly holder: number
  readonly epoch: number
  readonly until: number
}

export interface HeldEffect extends StoredEffect {
  readonly heldUntil: number
}

export interface MemoryTables extends Tables {
  readonly undo: UndoLog
  readonly rows: Map<RecordId, StoredRow>
  /** Of a collection or a tag: `ord` to record. */
  readonly members: Map<RecordId, Map<number, RecordId>>
  readonly materials: Map<string, { readonly place: Place; readonly material: Material }>
  readonly compartmentKeys: Map<string, CompartmentKeyRow>
  readonly effects: Map<string, HeldEffect>
  readonly leases: Map<string, Lease>
  readonly feed: Change[]
  readonly mutations: Map<MutationId, Seq>
}

export const placeName = ({ id, version }: Place): string => `${id}/${version}`

type State = Omit<MemoryTables, keyof Tables>

export function memoryTables(): MemoryTables {
  const undo = undoLog()
  const state: State = {
    undo,
    rows: undoMap(undo),
    members: new Map(),
    materials: undoMap(undo),
    compartmentKeys: undoMap(undo),
    effects: undoMap(undo),
    mutations: undoMap(undo),
    leases: new Map(),
    feed: [],
  }
  return { ...state, ...writing(state), ...feeding(state) }
}

const membersOf = ({ members, undo }: State, collection: RecordId): Map<number, RecordId> =>
  members.getOrInsertComputed(collection, () => undoMap(undo))

function writing(state: State): Omit<Tables, 'addFeed' | 'addEffect' | 'changesAfter' | 'leaseEpoch'> {
  const { rows, materials, compartmentKeys } = state
  return {
    head: id => rows.get(id),
    put: row => void rows.set(row.id, row),
    remove: id => void rows.delete(id),
    enlist: ({ collection, ord }, id) => void membersOf(state, collection).set(ord, id),
    delist: ({ collection, ord }) => void membersOf(state, collection).delete(ord),
    putMaterial: (place, material) => void materials.set(placeName(place), { place, material }),
    removeMaterial(id) {
      for (const [name, { place }] of materials) if (place.id === id) materials.delete(name)
    },
    removePlace: place => void materials.delete(placeName(place)),
    putCompartmentKey: row => void compartmentKeys.set(`${row.compartment}/${row.term}`, row),
    removeTerm: ({ compartment, term }) => void compartmentKeys.delete(`${compartment}/${term}`),
    removeCompartment: compartment => shred(state, compartment),
  }
}

function shred(state: State, compartment: CompartmentId): void {
  const { rows, materials, compartmentKeys } = state
  for (const [id, row] of rows) {
    if (compartmentOf(id) !== compartment) continue
    for (const collection of collectionsOf(row)) membersOf(state, collection).delete(row.ord)
    rows.delete(id)
  }
  for (const [name, { place }] of materials) if (compartmentOf(place.id) === compartment) materials.delete(name)
  for (const [name, row] of compartmentKeys) if (row.compartment === compartment) compartmentKeys.delete(name)
}

function feeding({ feed, undo, mutations, effects, leases }: State): Pick<Tables, 'addFeed' | 'addEffect' | 'changesAfter' | 'leaseEpoch'> {
  return {
    leaseEpoch: name => leases.get(name)?.epoch,
    addFeed(mutation, position, changes) {
      const length = feed.length
      undo.push(() => void (feed.length = length))
      feed.push(...changes)
      mutations.set(mutation, position)
    },
    addEffect(effect, { mutation, place }) {
      const id = `${mutation}-${place}`
      effects.set(id, { ...effect, id, attempts: 0, heldUntil: 0 })
    },
    changesAfter: position => feed.filter(change => change.seq > position),
  }
}

export const isDue = (row: { readonly dueAt?: number }, before: number): boolean => row.dueAt !== undefined && row.dueAt <= millis(before)
