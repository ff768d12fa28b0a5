import type { Call } from '#domain/call.ts'
import type { Page } from '#domain/records/records.ts'
import type { Vault } from '#domain/resources/records.ts'
import type { ObjectRecords } from './find-object.ts'
import type { ObjectState } from './object.ts'

/** Some of a list in the order of making, and where the next page begins; `next` is absent at the end. */
export interface Listed<T> {
  readonly items: readonly T[]
  readonly next?: number
}

/** The live objects of one kind in a vault, or the deleted ones: by `ord`, which names cannot be read from (key-vault.md 1.7). */
export async function listObjects<T>(
  records: ObjectRecords<T>,
  call: Call,
  asked: Page & { readonly vault: Vault; readonly state: ObjectState | 'any' },
): Promise<Listed<T>> {
  const { vault, state, after, limit } = asked
  const rows = await records.listTagged(call, vault.compartment, { tag: ['state', state], after, limit: limit + 1 })
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { items: page.map(row => row.value), ...(rows.length > limit && last !== undefined && { next: last.ord }) }
}

/** Versions that are at hand, a page of them. */
export function pageOfVersions<V>(versions: readonly V[], { after, limit }: Page): Listed<V> {
  const end = after + limit
  return { items: versions.slice(after, end), ...(end < versions.length && { next: end }) }
}
