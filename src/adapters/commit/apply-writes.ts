import { type CompartmentId, recordId, type RecordId, type Seq } from '#model/brands.ts'
import type { Change, Commit, Row, Write } from '#ports/record-store.ts'
import type { RowHead, Tables } from './tables.ts'

type Noted = (id: RecordId, change: { readonly kind: number; readonly version: number; readonly ruling?: boolean }) => void

/** Writes what was checked, and answers with the mutation's changes: one a record, one a collection or tag that gained or lost a member. */
export function applyWrites(tables: Tables, commit: Commit, position: Seq): readonly Change[] {
  const changes = new Map<RecordId, Change>()
  const note: Noted = (id, { kind, version, ruling }) => {
    // Last word wins, and keeps its place behind what it followed from.
    changes.delete(id)
    changes.set(id, { seq: position, id, kind, version, ruling: commit.ruling || ruling === true })
  }
  let place = 0
  for (const write of commit.writes) {
    if ('put' in write) {
      putRow(tables, { row: write.put, ord: position * 1024 + place }, note)
      place += 1
    } else if ('remove' in write) removeRow(tables, write.remove, note)
    else applyOther(tables, write, note)
  }
  return [...changes.values()]
}

/** Where a compartment's own changes are fed: its keys came, went or were wrapped anew. */
export const compartmentChange = (compartment: CompartmentId): RecordId => recordId(compartment, '0'.repeat(64))

function applyOther(tables: Tables, write: Exclude<Write, { put: unknown } | { remove: unknown }>, note: Noted): void {
  if ('material' in write) tables.putMaterial(write.material, write.wrapped)
  else if ('removeMaterial' in write) tables.removeMaterial(write.removeMaterial)
  else if ('removePlaces' in write) for (const at of write.removePlaces) tables.removePlace(at)
  else if ('compartmentKey' in write) {
    tables.putCompartmentKey(write.compartmentKey)
    note(compartmentChange(write.compartmentKey.compartment), { kind: 0, version: 0 })
  } else if ('removeTerm' in write) {
    tables.removeTerm(write.removeTerm)
    note(compartmentChange(write.removeTerm.compartment), { kind: 0, version: 0 })
  } else {
    tables.removeCompartment(write.removeCompartment)
    // A ruling whatever the commit says: calls that read any record of it noted that record, not the compartment.
    note(compartmentChange(write.removeCompartment), { kind: 0, version: 0, ruling: true })
  }
}

function putRow(tables: Tables, { row, ord }: { readonly row: Row; readonly ord: number }, note: Noted): void {
  const before = tables.head(row.id)
  const stored = { ...row, ord: before?.ord ?? ord }
  tables.put(stored)
  note(row.id, { kind: row.kind, version: row.version })
  const was = before === undefined ? new Set<RecordId>() : collectionsOf(before)
  const is = collectionsOf(row)
  for (const collection of was) if (!is.has(collection)) tables.delist({ collection, ord: stored.ord })
  for (const collection of is) if (!was.has(collection)) tables.enlist({ collection, ord: stored.ord }, row.id, row.kind)
  for (const collection of was.symmetricDifference(is)) note(collection, { kind: row.kind, version: 0 })
}

function removeRow(tables: Tables, id: RecordId, note: Noted): void {
  const before = tables.head(id)
  if (before === undefined) return
  tables.remove(id)
  note(id, { kind: before.kind, version: 0 })
  for (const collection of collectionsOf(before)) {
    tables.delist({ collection, ord: before.ord })
    note(collection, { kind: before.kind, version: 0 })
  }
}

export const collectionsOf = (row: Pick<RowHead, 'parent' | 'tags'>): Set<RecordId> => new Set([row.parent, ...row.tags])
