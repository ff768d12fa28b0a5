import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Permit } from '#domain/access/permit.ts'
import { accountKeyById, type HeldAccountKey } from '#domain/account-keys/find-account-key.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'
import { assertKeyState } from '#domain/account-keys/key-states.ts'
import { assertPermitsKey } from '#domain/account-keys/permit-account-key.ts'
import { replaceKey, stageChange } from '#domain/account-keys/stage-change.ts'
import { isPrimary, relatedKeys } from './related-keys.ts'

type MovingNeeds = Needs<'accountKeys' | 'accountRegions' | 'keyStores' | 'instance'>

const unsupported = (message: string): Problem => new Problem({ code: 'KeyOperationUnsupported', details: { message } })

/** The replica that is to become the primary of a key. Raises `KeyOperationUnsupported`, `AccountKeyNotFound`. */
export async function replicaIn(
  context: MovingNeeds,
  call: Call,
  { key, region }: { readonly key: HeldAccountKey; readonly region: string },
): Promise<HeldAccountKey> {
  const { accountId, id, multiRegion } = key.value
  if (multiRegion === undefined) throw unsupported(`${keyArn(key.value)} is not a multi-Region key.`)
  if (!isPrimary(key.value)) throw unsupported(`${keyArn(key.value)} is a replica key. Its primary key is in ${multiRegion.primary}.`)
  if (region === key.value.region) throw unsupported(`${keyArn(key.value)} is the primary key already.`)
  const replica = await accountKeyById(context, call, { accountId, region, id })
  if (replica === undefined)
    throw new Problem({ code: 'AccountKeyNotFound', details: { message: `Key '${keyArn({ accountId, region, id })}' does not exist` } })
  return replica
}

/** The replica becomes the primary and the primary a replica; what only a primary has goes with it: the schedule, and how often it was turned. Raises as `assertKeyState`. */
export async function updatePrimaryRegion(
  context: MovingNeeds,
  call: Call,
  request: {
    readonly permit: Permit<'accountKey.updatePrimaryRegion'>
    readonly key: HeldAccountKey
    readonly permitThere: Permit<'accountKey.updatePrimaryRegion'>
    readonly replica: HeldAccountKey
  },
): Promise<void> {
  const { permit, key, permitThere, replica } = request
  assertPermitsKey(permit, key)
  assertPermitsKey(permitThere, replica)
  for (const one of [key, replica]) await assertKeyState(context, call, { key: one, operation: 'updatePrimaryRegion' })
  const { rotation, onDemandRotations, multiRegion, ...former } = key.value
  const { region } = replica.value
  const replicas = [...(multiRegion?.replicas ?? []).filter(other => other !== region), key.value.region]
  const moved = { primary: region, replicas }
  for (const other of await relatedKeys(context, call, key))
    if (other.id !== replica.id) stageChange(context, call, { key: other, change: { multiRegion: moved } })
  replaceKey(context, call, { key, value: { ...former, onDemandRotations: 0, multiRegion: moved } })
  stageChange(context, call, {
    key: replica,
    change: { multiRegion: moved, onDemandRotations, ...(rotation !== undefined && { rotation }) },
  })
}
