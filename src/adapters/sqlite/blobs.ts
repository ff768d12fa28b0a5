// Ids travel as hex strings in the port and are BLOBs at rest.
import { type Bytes, compartmentId, type CompartmentId, recordIdOf, type RecordId, sealed, type Sealed } from '#model/brands.ts'
import type { Change, CompartmentKeyRow, StoredRow } from '#ports/record-store.ts'
import { millis, seq } from '#model/brands.ts'

export const toBlob = (hexDigits: string): Uint8Array => Uint8Array.fromHex(hexDigits)
export const toId = (blob: Bytes): RecordId => recordIdOf(blob.toHex())
export const toSealed = (blob: Bytes): Sealed => sealed(blob)

export const idBytes = 48

export function tagsToBlob(tags: readonly RecordId[]): Uint8Array {
  return Uint8Array.fromHex(tags.join(''))
}

export function toTags(blob: Bytes): readonly RecordId[] {
  if (blob.length === 0) return []
  return Array.from({ length: blob.length / idBytes }, (_, place) => toId(blob.subarray(place * idBytes, (place + 1) * idBytes)))
}

/** First and last id that a compartment can hold. */
export const rangeOf = (compartment: CompartmentId): readonly [Uint8Array, Uint8Array] => [
  toBlob(compartment + '00'.repeat(32)),
  toBlob(compartment + 'ff'.repeat(32)),
]

export const rowColumns = 'r.id, r.kind, r.version, r.term, r.ord, r.parent, r.tags, r.due_at, r.body'
export type RowCells = readonly [
  id: Bytes,
  kind: number,
  version: number,
  term: number,
  ord: number,
  parent: Bytes,
  tags: Bytes,
  dueAt: number | null,
  body: Bytes,
]

export function toRow([id, kind, version, term, ord, parent, tags, dueAt, body]: RowCells): StoredRow {
  const row = { id: toId(id), kind, version, term, ord, parent: toId(parent), tags: toTags(tags), body: toSealed(body) }
  return dueAt === null ? row : { ...row, dueAt: millis(dueAt) }
}

export const changeColumns = 'seq, id, kind, version, ruling'
export type ChangeCells = readonly [seq: number, id: Bytes, kind: number, version: number, ruling: number]

export const toChange = ([position, id, kind, version, ruling]: ChangeCells): Change => ({
  seq: seq(position),
  id: toId(id),
  kind,
  version,
  ruling: ruling === 1,
})

export const compartmentKeyColumns = 'compartment, term, state, root_epoch, wrapped, index_key'
export type CompartmentKeyCells = readonly [
  compartment: Bytes,
  term: number,
  state: string,
  rootEpoch: number,
  wrapped: Bytes,
  indexKey: Bytes,
]

export const toCompartmentKey = ([compartment, term, state, rootEpoch, wrapped, indexKey]: CompartmentKeyCells): CompartmentKeyRow => ({
  compartment: compartmentId(compartment.toHex()),
  term,
  state: state === 'primary' ? 'primary' : 'retired',
  rootEpoch,
  wrapped: toSealed(wrapped),
  indexKey: toSealed(indexKey),
})
