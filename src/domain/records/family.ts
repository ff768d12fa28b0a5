import type { z } from 'zod'
import type { CompartmentId, Millis, RecordId } from '#model/brands.ts'
import type { KindName } from './kinds.ts'

/** A noun at rest: path, schema, residency over the barrier. A new noun needs no SQL and no new port. */
export interface Family<T, Path extends readonly string[]> {
  readonly name: KindName
  readonly schema: z.ZodType<T>
  /** Version of the body's shape; the schema accepts all earlier ones. */
  readonly format: number
  /** Resident: all of them decoded in memory from the start. Cached: bounded, dropped by the feed. */
  readonly residency: 'resident' | 'cached'
  /** A change of it may change what somebody may do: calls that stand on rulings run again. */
  readonly ruling: boolean
  /** The collection that lists it, inside its compartment; all of the family when absent. */
  collection?(path: Path): readonly string[]
  /** Secondary indexes: each a name and its values. */
  tags?(value: T, path: Path): readonly (readonly string[])[]
  /** When a scheduler must look at it. */
  dueAt?(value: T): Millis | undefined
}

/** A record as it was read: change it by `update` or `remove` of its family. */
export interface Held<T, Path extends readonly string[] = readonly string[]> {
  readonly id: RecordId
  readonly compartment: CompartmentId
  readonly path: Path
  readonly version: number
  /** Order of making; 0 while it is only staged. */
  readonly ord: number
  readonly value: T
}

/** A family whose types are forgotten: what the view and the call keep. */
export interface AnyFamily {
  readonly name: KindName
  readonly format: number
  readonly residency: 'resident' | 'cached'
  readonly ruling: boolean
  readonly schema: z.ZodType
  collection?(path: readonly string[]): readonly string[]
  tags?(value: unknown, path: readonly string[]): readonly (readonly string[])[]
  dueAt?(value: unknown): Millis | undefined
}

/** Canonical path of a record, a collection or a tag: what the blind index is made of. `JSON.stringify` of the list, without making the list. */
export function canonicalPath(space: 'record' | 'collection' | 'tag', family: string, path: readonly string[]): string {
  let text = `["${space}",${JSON.stringify(family)}`
  for (const part of path) text += `,${JSON.stringify(part)}`
  return `${text}]`
}

export function family<T, Path extends readonly string[]>(declared: Family<T, Path>): Family<T, Path> {
  return declared
}
