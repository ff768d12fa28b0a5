import type { CompartmentId, MutationId, RecordId, Seq } from '#model/brands.ts'
import type { Change, CompartmentKeyRow, Effect, Material, Place, StoredRow } from '#ports/record-store.ts'

/** What a row says of itself without its body. */
export interface RowHead {
  readonly kind: number
  readonly version: number
  readonly ord: number
  readonly parent: RecordId
  readonly tags: readonly RecordId[]
}

export interface Member {
  readonly collection: RecordId
  readonly ord: number
}

/** What the commit logic asks of an engine inside its transaction. */
export interface Tables {
  head(id: RecordId): RowHead | undefined
  put(row: StoredRow): void
  remove(id: RecordId): void
  /** Collections and tags alike. */
  enlist(member: Member, id: RecordId, kind: number): void
  delist(member: Member): void
  putMaterial(place: Place, material: Material): void
  removeMaterial(id: RecordId): void
  removePlace(place: Place): void
  putCompartmentKey(row: CompartmentKeyRow): void
  removeTerm(term: { readonly compartment: CompartmentId; readonly term: number }): void
  /** Its keys, records, memberships and material. */
  removeCompartment(compartment: CompartmentId): void
  /** Epoch of a lease, whoever holds it. */
  leaseEpoch(name: string): number | undefined
  /** Advances the head too; a mutation without changes is remembered all the same. */
  addFeed(mutation: MutationId, position: Seq, changes: readonly Change[]): void
  addEffect(effect: Effect, origin: { readonly mutation: MutationId; readonly place: number }): void
  /** Changes after a position that the tail no longer holds. */
  changesAfter(position: Seq): readonly Change[]
}
