import type { Bytes, CompartmentId, RecordId, Sealed } from '#model/brands.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
import type { CompartmentKeyRow, Material, Place } from './record-store.ts'

/** What a sealed record is bound to; also the AAD (security-and-reliability.md 2.3). */
export interface RecordContext {
  readonly id: RecordId
  readonly kind: number
  readonly version: number
}

/**
 * Encrypts everything at rest, on the calling thread. Synchronous.
 * Throws `Error` (a bug or an attack, never a Problem) where a record does not open.
 */
export interface Barrier {
  /** Blind index of a canonical path in a compartment whose key is known. */
  index(compartment: CompartmentId, path: string): RecordId
  has(compartment: CompartmentId): boolean
  sealRecord(context: RecordContext, body: Bytes): { readonly term: number; readonly body: Sealed }
  openRecord(context: RecordContext, sealed: { readonly term: number; readonly body: Sealed }): Bytes
  sealMaterial(place: Place, material: Bytes): Material
  openMaterial(place: Place, material: Material): SecretBytes
  /** A new compartment with its first key and index key, known to this barrier at once; its row belongs into the commit that makes it. */
  newCompartment(id: CompartmentId): CompartmentKeyRow
  /** The compartment's next term, not yet used: its row belongs into the commit that makes it, and counts once it is admitted. */
  nextTerm(compartment: CompartmentId): CompartmentKeyRow
  /** Terms whose keys are known, oldest first. */
  termsOf(compartment: CompartmentId): readonly number[]
  /** Nothing is sealed under that term any more. */
  forgetTerm(compartment: CompartmentId, term: number): void
  /** Keys of a compartment as they were read from the store. */
  admit(rows: readonly CompartmentKeyRow[]): void
  /** The compartment was purged: its keys are dropped from memory. */
  forget(compartment: CompartmentId): void
}
