import { materialIdOf } from '#crypto/material-id.ts'
import type { Bytes, Millis } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Material } from '#ports/record-store.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Permit } from '#domain/access/permit.ts'
import { dayMs } from '#domain/account-keys/due.ts'
import type { HeldAccountKey } from '#domain/account-keys/find-account-key.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'
import { assertKeyState } from '#domain/account-keys/key-states.ts'
import { defaultModule, materialPlace, type KeyMaterial } from '#domain/account-keys/make-material.ts'
import { importMaterial } from '#domain/account-keys/material.ts'
import { assertPermitsKey } from '#domain/account-keys/permit-account-key.ts'
import type { AccountKey } from '#domain/account-keys/records.ts'
import { stageChange } from '#domain/account-keys/stage-change.ts'
import { isPrimary, replicasOf } from '#domain/account-keys/regions/related-keys.ts'
import { unwrapByToken } from './import-parameters.ts'

/** Material as it is brought. */
export interface BroughtMaterial {
  readonly token: Bytes
  readonly wrapped: Bytes
  /** Absent: it does not run out. */
  readonly validTo?: Millis | undefined
  /** `new`: never in this key before. Where nothing is said, the first is, and the following are not. */
  readonly as?: 'new' | 'existing' | undefined
  readonly description?: string | undefined
  /** Which of those that the key knows it must be. */
  readonly materialId?: string | undefined
}

type ImportingNeeds = Needs<
  'accountKeys' | 'importParameters' | 'keyStores' | 'accountRegions' | 'module' | 'store' | 'ground' | 'instance'
>

const longestMs = 365 * dayMs
const invalid = (message: string): Problem => new Problem({ code: 'ValidationFailed', details: { message } })
const incorrect = (message: string): Problem => new Problem({ code: 'KeyMaterialIncorrect', details: { message } })

/**
 * Takes material in: the first of a key, one that it had before, or one that waits for the next rotation on demand. Answers with its name.
 * Raises `ValidationFailed`, `ImportTokenInvalid`, `ImportTokenExpired`, `CiphertextInvalid`, `KeyMaterialIncorrect`, `KeyOperationUnsupported`
 * and as `assertKeyState`.
 */
export async function importKeyMaterial(
  context: ImportingNeeds,
  call: Call,
  request: BroughtMaterial & { readonly permit: Permit<'accountKey.importMaterial'>; readonly key: HeldAccountKey },
): Promise<string> {
  const { permit, key } = request
  assertPermitsKey(permit, key)
  await assertKeyState(context, call, { key, operation: 'importMaterial' })
  assertSound(request, key.value, call.at)
  const taken = await takenIn(context, call, request)
  const before = key.value.materials.find(({ id }) => id === taken.id)
  assertExpected(request, key.value, { id: taken.id, known: before !== undefined })
  const material = describedAs(request, call, { taken, before, key: key.value })
  const materials =
    before === undefined ? [...key.value.materials, material] : key.value.materials.map(one => (one === before ? material : one))
  stageChange(context, call, { key, change: { materials } })
  if (before === undefined) await announceTo(context, call, { key, material })
  call.materials.push({ place: materialPlace(key.id, taken.id), material: taken.material })
  return taken.id
}

/** What is wrong with the request whatever the bytes are. */
function assertSound({ validTo, as, materialId, description }: BroughtMaterial, key: AccountKey, at: Millis): void {
  if (validTo !== undefined && (validTo <= at || validTo > at + longestMs))
    throw invalid('ValidTo must be in the future, and no more than 365 days from now.')
  if (key.spec !== 'SYMMETRIC_DEFAULT' && (as ?? materialId ?? description) !== undefined)
    throw invalid('ImportType, KeyMaterialId and KeyMaterialDescription are only for symmetric encryption keys.')
  if (as === 'new' && materialId !== undefined) throw invalid('You cannot specify a KeyMaterialId with ImportType NEW_KEY_MATERIAL.')
}

interface Taken {
  readonly id: string
  readonly material: Material
  readonly publicKey?: Bytes
}

/** Through the gate and into its place, once for all tries; the name is of the bytes as they are kept, however they were written. */
async function takenIn(
  context: ImportingNeeds,
  call: Call,
  { key, token, wrapped }: Parameters<typeof importKeyMaterial>[2],
): Promise<Taken> {
  return call.once(`imported material of ${key.id}`, async () => {
    const secret = await unwrapByToken(context, call, { key, token, wrapped })
    const module = context.module(defaultModule)
    const arrival = { id: key.id, version: context.ground.random.bytes(16).toHex() }
    const made = await importMaterial(module, key.value, { secret, place: arrival })
    using bytes = module.backUp(arrival, made.material)
    const id = materialIdOf(key.value.id, bytes.bytes)
    const material = module.restore(materialPlace(key.id, id), bytes)
    return { id, material, ...(made.publicKey !== undefined && { publicKey: made.publicKey }) }
  })
}

function assertExpected(
  { as, materialId }: BroughtMaterial,
  key: AccountKey,
  { id, known }: { readonly id: string; readonly known: boolean },
): void {
  if (materialId !== undefined && materialId !== id) throw incorrect('The key material is not the one that KeyMaterialId identifies.')
  const asNew = (as ?? (key.materials.length === 0 ? 'new' : 'existing')) === 'new'
  if (asNew && known) throw incorrect('The key material is already associated with the KMS key.')
  if (!asNew && !known) throw incorrect('The key material is not one that was imported into the KMS key before.')
  if (asNew) assertTakesNew(key)
}

/** New material comes into a primary, and one at a time waits for a rotation. */
function assertTakesNew(key: AccountKey): void {
  const arn = keyArn(key)
  if (!isPrimary(key)) {
    const message = `${arn} is a replica key. New key material is imported into its primary key first.`
    throw new Problem({ code: 'KeyOperationUnsupported', details: { message } })
  }
  if (key.materials.some(({ state }) => state === 'pendingRotation'))
    throw new Problem({ code: 'AccountKeyStateInvalid', details: { arn, is: 'already holding key material that is pending rotation' } })
}

/** The description stays what it was where none is given. */
function describedAs(
  { validTo, description }: BroughtMaterial,
  call: Call,
  { taken, before, key }: { readonly taken: Taken; readonly before: KeyMaterial | undefined; readonly key: AccountKey },
): KeyMaterial {
  const said = description ?? before?.imported?.description
  const imported = { present: true, ...(validTo !== undefined && { validTo }), ...(said !== undefined && { description: said }) }
  if (before !== undefined) return { ...before, imported }
  return {
    id: taken.id,
    state: key.materials.length === 0 ? 'current' : 'pendingRotation',
    module: defaultModule,
    createdAt: call.at,
    ...(taken.publicKey !== undefined && { publicKey: Buffer.from(taken.publicKey).toString('base64') }),
    imported,
  }
}

/** Replicas know what they must be brought; nobody brings it there for its owner. */
async function announceTo(
  context: ImportingNeeds,
  call: Call,
  { key, material }: { readonly key: HeldAccountKey; readonly material: KeyMaterial },
): Promise<void> {
  for (const replica of await replicasOf(context, call, key)) {
    const awaited: KeyMaterial = { ...material, imported: { present: false } }
    stageChange(context, call, { key: replica, change: { materials: [...replica.value.materials, awaited] } })
  }
}
