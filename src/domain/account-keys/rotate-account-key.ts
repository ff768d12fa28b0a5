import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Permit } from '#domain/access/permit.ts'
import type { Page } from '#domain/records/records.ts'
import { pageOfVersions, type Listed } from '#domain/vault-objects/list-objects.ts'
import { replicasOf } from '#domain/account-keys/regions/related-keys.ts'
import { dayMs } from './due.ts'
import { accountKeyById, type HeldAccountKey } from './find-account-key.ts'
import { keyArn } from './key-arn.ts'
import { assertKeyState } from './key-states.ts'
import { makeMaterial, shareMaterial, type KeyMaterial } from './make-material.ts'
import { assertPermitsKey } from './permit-account-key.ts'
import type { AccountKey } from './records.ts'
import { replaceKey, stageChange } from './stage-change.ts'

export type RotatingNeeds = Needs<'accountKeys' | 'keyStores' | 'accountRegions' | 'instance' | 'module' | 'ground'>

/** aws-kms.md 3.2. */
export const rotationPeriod = { min: 90, max: 2560, default: 365 } as const

const unsupported = (message: string): Problem => new Problem({ code: 'KeyOperationUnsupported', details: { message } })

/** One schedule for all Regions of a key: that of its primary. Raises `KeyOperationUnsupported`. */
function assertPrimary({ value }: HeldAccountKey): void {
  if (value.multiRegion === undefined || value.multiRegion.primary === value.region) return
  throw unsupported(`${keyArn(value)} is a replica key. Rotation is set on its primary key in ${value.multiRegion.primary}.`)
}

/** Makes new material by itself every so many days from now on. Asked again with the same period, the schedule stays. Raises as `assertKeyState`. */
export async function enableRotation(
  context: RotatingNeeds,
  call: Call,
  request: { readonly permit: Permit<'accountKey.enableRotation'>; readonly key: HeldAccountKey; readonly periodDays: number },
): Promise<void> {
  const { permit, key, periodDays } = request
  assertPermitsKey(permit, key)
  await assertKeyState(context, call, { key, operation: 'enableRotation' })
  assertPrimary(key)
  if (key.value.rotation?.periodDays === periodDays) return
  stageChange(context, call, { key, change: { rotation: { periodDays, nextAt: call.at + periodDays * dayMs } } })
}

/** Raises as `assertKeyState`. */
export async function disableRotation(
  context: RotatingNeeds,
  call: Call,
  { permit, key }: { readonly permit: Permit<'accountKey.disableRotation'>; readonly key: HeldAccountKey },
): Promise<void> {
  assertPermitsKey(permit, key)
  await assertKeyState(context, call, { key, operation: 'disableRotation' })
  assertPrimary(key)
  const { rotation: _ended, ...value } = key.value
  replaceKey(context, call, { key, value })
}

/** A key that waits for its end does not rotate, and says so; kept, it has its schedule again. Raises as `assertKeyState`. */
export async function readRotation(
  context: RotatingNeeds,
  call: Call,
  { permit, key }: { readonly permit: Permit<'accountKey.readRotation'>; readonly key: HeldAccountKey },
): Promise<AccountKey['rotation']> {
  assertPermitsKey(permit, key)
  await assertKeyState(context, call, { key, operation: 'readRotation' })
  const { deletion, multiRegion, region, accountId, id, rotation } = key.value
  if (deletion !== undefined) return undefined
  if (multiRegion === undefined || multiRegion.primary === region) return rotation
  const primary = await accountKeyById(context, call, { accountId, region: multiRegion.primary, id })
  return primary?.value.rotation
}

/** Rotations that a key bears on demand, ever, where quotas are in force. */
const onDemandMax = 25
/** So near to a rotation of itself there is none on demand. */
const nearMs = 20 * 60 * 1000

/** New material at once; what was encrypted before opens as before, and the schedule stays. Raises `RotationConflict`, `LimitExceeded` and as `assertKeyState`. */
export async function rotateOnDemand(
  context: RotatingNeeds,
  call: Call,
  { permit, key }: { readonly permit: Permit<'accountKey.rotate'>; readonly key: HeldAccountKey },
): Promise<void> {
  assertPermitsKey(permit, key)
  await assertKeyState(context, call, { key, operation: 'rotateOnDemand' })
  assertPrimary(key)
  const { rotation, onDemandRotations, origin } = key.value
  const arn = keyArn(key.value)
  if (rotation !== undefined && rotation.nextAt - call.at <= nearMs)
    throw new Problem({ code: 'RotationConflict', details: { message: `An automatic rotation of ${arn} is under way or about to begin.` } })
  if (context.instance.throttle && onDemandRotations >= onDemandMax)
    throw new Problem({ code: 'LimitExceeded', details: { message: `${arn} has had its ${onDemandMax} rotations on demand.` } })
  const change = { onDemandRotations: onDemandRotations + 1 }
  if (origin === 'imported') await turnToImported(context, call, { key, change })
  else await turnToNew(context, call, { key, how: 'onDemand', change })
}

/**
 * What was imported for it becomes current: the bytes are the caller's, and stand already, in every Region. Replicas turn with their primary, in the
 * same commit.
 */
async function turnToImported(
  context: RotatingNeeds,
  call: Call,
  { key, change }: { readonly key: HeldAccountKey; readonly change: Partial<AccountKey> },
): Promise<void> {
  const replicas = await replicasOf(context, call, key)
  for (const { value } of [key, ...replicas]) {
    if (value.materials.some(({ state, imported }) => state === 'pendingRotation' && imported?.present === true)) continue
    const is = 'without key material that is pending rotation'
    throw new Problem({ code: 'AccountKeyStateInvalid', details: { arn: keyArn(value), is } })
  }
  const turned = ({ materials }: AccountKey): AccountKey['materials'] =>
    materials.map(one => {
      if (one.state === 'pendingRotation') return { ...one, state: 'current', rotation: 'onDemand', rotatedAt: call.at }
      return one.state === 'current' ? { ...one, state: 'former' } : one
    })
  stageChange(context, call, { key, change: { ...change, materials: turned(key.value) } })
  for (const replica of replicas) stageChange(context, call, { key: replica, change: { materials: turned(replica.value) } })
}

/** Replicas turn with their primary, in the same commit. */
async function turnToNew(
  context: RotatingNeeds,
  call: Call,
  turn: { readonly key: HeldAccountKey; readonly how: 'automatic' | 'onDemand'; readonly change: Partial<AccountKey> },
): Promise<void> {
  const { key, how, change } = turn
  const { accountId, id, multiRegion } = key.value
  const made = await makeMaterial(context, call, { ...key.value, id: key.id })
  const material = { ...made.described, rotation: how, rotatedAt: call.at }
  const after = ({ materials }: AccountKey): AccountKey['materials'] => [
    ...materials.map(one => (one.state === 'current' ? { ...one, state: 'former' as const } : one)),
    material,
  ]
  stageChange(context, call, { key, change: { ...change, materials: after(key.value) } })
  for (const region of multiRegion?.replicas ?? []) {
    const replica = await accountKeyById(context, call, { accountId, region, id })
    if (replica === undefined) continue
    shareMaterial(context, call, { made, with: replica.id })
    stageChange(context, call, { key: replica, change: { materials: after(replica.value) } })
  }
}

/** By the schedule: the next one is a period from now, however late this one was. Answers whether it was time. */
export async function rotateBySchedule(
  context: RotatingNeeds,
  call: Call,
  { permit, key }: { readonly permit: Permit<'accountKey.rotate'>; readonly key: HeldAccountKey },
): Promise<void> {
  assertPermitsKey(permit, key)
  const { rotation } = key.value
  if (rotation === undefined) return
  const { periodDays } = rotation
  await turnToNew(context, call, { key, how: 'automatic', change: { rotation: { periodDays, nextAt: call.at + periodDays * dayMs } } })
}

/** Materials of a key, oldest first: those that it turned to, or all that it has. Raises as `assertKeyState`. */
export async function listRotations(
  context: RotatingNeeds,
  call: Call,
  request: Page & {
    readonly permit: Permit<'accountKey.listRotations'>
    readonly key: HeldAccountKey
    readonly of: 'rotations' | 'materials'
  },
): Promise<Listed<KeyMaterial>> {
  const { permit, key, of, ...page } = request
  assertPermitsKey(permit, key)
  await assertKeyState(context, call, { key, operation: 'listRotations' })
  const { materials } = key.value
  return pageOfVersions(of === 'materials' ? materials : materials.filter(({ rotatedAt }) => rotatedAt !== undefined), page)
}
