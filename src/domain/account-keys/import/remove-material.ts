import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Permit } from '#domain/access/permit.ts'
import type { HeldAccountKey } from '#domain/account-keys/find-account-key.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'
import { assertKeyState } from '#domain/account-keys/key-states.ts'
import { materialPlace, type KeyMaterial } from '#domain/account-keys/make-material.ts'
import { assertPermitsKey } from '#domain/account-keys/permit-account-key.ts'
import type { AccountKey } from '#domain/account-keys/records.ts'
import { isPrimary, replicasOf } from '#domain/account-keys/regions/related-keys.ts'
import { stageChange } from '#domain/account-keys/stage-change.ts'

type RemovingNeeds = Needs<'accountKeys' | 'keyStores' | 'accountRegions' | 'store' | 'instance'>

/**
 * Shreds imported material; the key waits for the same bytes again. Answers with the name of what there was to delete.
 * Raises `AccountKeyNotFound` for a name that the key does not know, and as `assertKeyState`.
 */
export async function deleteImportedMaterial(
  context: RemovingNeeds,
  call: Call,
  request: { readonly permit: Permit<'accountKey.deleteMaterial'>; readonly key: HeldAccountKey; readonly materialId?: string | undefined },
): Promise<string | undefined> {
  const { permit, key, materialId } = request
  assertPermitsKey(permit, key)
  await assertKeyState(context, call, { key, operation: 'deleteMaterial' })
  const { materials } = key.value
  const gone = materials.find(({ id, state }) => (materialId === undefined ? state === 'current' : id === materialId))
  if (gone === undefined && materialId !== undefined)
    throw new Problem({
      code: 'AccountKeyNotFound',
      details: { message: `Key material ${materialId} is not associated with ${keyArn(key.value)}` },
    })
  if (gone !== undefined) await removeMaterials(context, call, { key, gone: [gone] })
  return gone?.id
}

/** What has run out by now, of a key that a scheduler looks at. Answers whether there was any. */
export async function expireMaterials(
  context: RemovingNeeds,
  call: Call,
  { permit, key }: { readonly permit: Permit<'accountKey.deleteMaterial'>; readonly key: HeldAccountKey },
): Promise<boolean> {
  assertPermitsKey(permit, key)
  const gone = key.value.materials.filter(({ imported }) => imported?.present === true && (imported.validTo ?? Infinity) <= call.at)
  if (gone.length > 0) await removeMaterials(context, call, { key, gone })
  return gone.length > 0
}

async function removeMaterials(
  context: RemovingNeeds,
  call: Call,
  { key, gone }: { readonly key: HeldAccountKey; readonly gone: readonly KeyMaterial[] },
): Promise<void> {
  const forgets = isPrimary(key.value)
  stageChange(context, call, { key, change: { materials: without(key.value, { gone, forgets }) } })
  await shred(context, call, { key, gone })
  // What waits for a rotation waits in all Regions or in none.
  const pending = gone.filter(({ state }) => state === 'pendingRotation')
  if (pending.length === 0) return
  for (const replica of await replicasOf(context, call, key)) {
    stageChange(context, call, { key: replica, change: { materials: without(replica.value, { gone: pending, forgets: true }) } })
    await shred(context, call, { key: replica, gone: pending })
  }
}

/** Of what never came into use nothing is left where the primary forgets it; all else is awaited again. */
function without(
  { materials }: AccountKey,
  { gone, forgets }: { readonly gone: readonly KeyMaterial[]; readonly forgets: boolean },
): AccountKey['materials'] {
  const ids = new Set(gone.map(({ id }) => id))
  return materials.flatMap(material => {
    if (!ids.has(material.id)) return [material]
    return material.state === 'pendingRotation' && forgets ? [] : [awaited(material)]
  })
}

function awaited({ imported, ...material }: KeyMaterial): KeyMaterial {
  const { validTo: _over, ...kept } = imported ?? {}
  return { ...material, imported: { ...kept, present: false } }
}

/** Rows of material go with their record, all of them: the others are put back as they lie there, in the same commit. */
async function shred(
  { store }: Needs<'store'>,
  call: Call,
  { key, gone }: { readonly key: HeldAccountKey; readonly gone: readonly KeyMaterial[] },
): Promise<void> {
  const versions = new Set(gone.map(({ id }) => materialPlace(key.id, id).version))
  const stored = await store.materialOf(key.id)
  call.materials.push({ removeOf: key.id })
  for (const { version, material } of stored) if (!versions.has(version)) call.materials.push({ place: { id: key.id, version }, material })
}
