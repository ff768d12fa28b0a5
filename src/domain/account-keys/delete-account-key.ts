import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Permit } from '#domain/access/permit.ts'
import { dayMs } from './due.ts'
import type { HeldAccountKey } from './find-account-key.ts'
import { assertKeyState } from './key-states.ts'
import { assertPermitsKey } from './permit-account-key.ts'
import type { AccountKey } from './records.ts'
import { replaceKey, stageChange } from './stage-change.ts'

/** aws-kms.md 3.1: nobody waits less than a week for a key to be gone. */
export const deletionWindow = { min: 7, max: 30, default: 30 } as const

/** Others hold the same material and wait for nothing: a primary outlives its replicas, and its window begins when the last of them is gone. */
const waitsForReplicas = ({ multiRegion, region }: AccountKey): boolean =>
  multiRegion !== undefined && multiRegion.primary === region && multiRegion.replicas.length > 0

/** From now on the key does nothing, and at the end of the window it is gone. Raises as `assertKeyState`. */
export async function scheduleDeletion(
  context: Needs<'accountKeys' | 'keyStores'>,
  call: Call,
  request: { readonly permit: Permit<'accountKey.scheduleDeletion'>; readonly key: HeldAccountKey; readonly windowDays: number },
): Promise<AccountKey> {
  const { permit, key, windowDays } = request
  assertPermitsKey(permit, key)
  if (windowDays < deletionWindow.min || windowDays > deletionWindow.max)
    throw new Problem({ code: 'ValidationFailed', details: { message: 'PendingWindowInDays must be between 7 and 30 days.' } })
  await assertKeyState(context, call, { key, operation: 'scheduleDeletion' })
  const deletion = { windowDays, ...(!waitsForReplicas(key.value) && { at: call.at + windowDays * dayMs }) }
  return stageChange(context, call, { key, change: { deletion } })
}

/** Keeps the key, disabled: whoever wants it used says so. Raises as `assertKeyState`. */
export async function cancelDeletion(
  context: Needs<'accountKeys' | 'keyStores'>,
  call: Call,
  { permit, key }: { readonly permit: Permit<'accountKey.cancelDeletion'>; readonly key: HeldAccountKey },
): Promise<AccountKey> {
  assertPermitsKey(permit, key)
  await assertKeyState(context, call, { key, operation: 'cancelDeletion' })
  const { deletion: _ended, ...kept } = key.value
  return replaceKey(context, call, { key, value: { ...kept, enabled: false } })
}
