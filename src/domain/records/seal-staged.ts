import { compartmentOf, millis, type RecordId } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Barrier } from '#ports/barrier.ts'
import type { Place, Row, Write } from '#ports/record-store.ts'
import type { Call, StagedMaterial, StagedRecord } from '#domain/call.ts'
import type { Held } from './family.ts'
import { kinds } from './kinds.ts'
import { collectionId, tagId } from './records.ts'

const encoder = new TextEncoder()

/** What a call staged, sealed on the calling thread: the writes of its commit. */
export function sealStaged(barrier: Barrier, call: Call): readonly Write[] {
  const writes = call.materials.filter(material => 'compartmentKey' in material).map(materialWrite)
  for (const [id, staged] of call.staged) writes.push(recordWrite(barrier, id, staged))
  // One write for all of them: a commit has its most.
  const removed: Place[] = []
  for (const staged of call.materials)
    if ('removeAt' in staged) removed.push(staged.removeAt)
    else if (!('compartmentKey' in staged)) writes.push(materialWrite(underNewest(barrier, staged)))
  if (removed.length > 0) writes.push({ removePlaces: removed })
  return writes
}

/** Does any of it change what somebody may do, or what calls under way have sealed with? */
export const changesRulings = (call: Call): boolean =>
  [...call.staged.values()].some(staged => staged.family.ruling) || call.materials.some(staged => 'newTerm' in staged)

/**
 * Cached records that the call changed, as whoever opened them would find them: a name that is written is soon read. Where a new one stands in
 * its lists the store alone knows, so that is read.
 */
export function ownChanges({ staged }: Call): readonly Held<unknown>[] {
  const own: Held<unknown>[] = []
  for (const { family, held } of staged.values()) {
    if (held === undefined || held.ord === 0 || family.residency !== 'cached') continue
    const value: unknown = JSON.parse(JSON.stringify(held.value))
    own.push({ ...held, value })
  }
  return own
}

function recordWrite(barrier: Barrier, id: RecordId, staged: StagedRecord): Write {
  const { family, expected, held } = staged
  if (held === undefined) return { remove: id, expected }
  const body = encoder.encode(JSON.stringify({ f: family.format, p: held.path, v: held.value }))
  const kind = kinds[family.name]
  const { compartment, version } = held
  const dueAt = family.dueAt?.(held.value)
  const row: Row = {
    id,
    kind,
    version,
    ...barrier.sealRecord({ id, kind, version }, body),
    parent: collectionId(barrier, { compartment, family: family.name, collection: family.collection?.(held.path) ?? [] }),
    tags: (family.tags?.(held.value, held.path) ?? []).map(tag => tagId(barrier, { compartment, family: family.name, tag })),
    ...(dueAt !== undefined && { dueAt: millis(dueAt) }),
  }
  return { put: row, expected: expected === 0 ? 'absent' : expected }
}

/**
 * What was sealed once for all tries of a call may be under a term that another one has followed since: under its own it would be passed over by
 * the rotation, and lost with that term. Raises `Busy` where the term is gone already.
 */
function underNewest<T extends StagedMaterial>(barrier: Barrier, staged: T): T | Extract<StagedMaterial, { readonly place: Place }> {
  if (!('place' in staged)) return staged
  const { place, material } = staged
  const terms = barrier.termsOf(compartmentOf(place.id))
  if (material.term === terms.at(-1)) return staged
  if (!terms.includes(material.term)) throw new Problem({ code: 'Busy', details: { retryAfterSeconds: 1 } })
  using opened = barrier.openMaterial(place, material)
  return { place, material: barrier.sealMaterial(place, opened.bytes) }
}

function materialWrite(staged: Exclude<StagedMaterial, { readonly removeAt: Place }>): Write {
  if ('place' in staged) return { material: staged.place, wrapped: staged.material }
  if ('removeOf' in staged) return { removeMaterial: staged.removeOf }
  if ('compartmentKey' in staged) return { compartmentKey: staged.compartmentKey }
  if ('newTerm' in staged) return { compartmentKey: staged.newTerm }
  if ('removeTerm' in staged) return { removeTerm: staged.removeTerm }
  return { removeCompartment: staged.removeCompartment }
}
