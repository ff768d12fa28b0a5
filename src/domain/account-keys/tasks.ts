import type { CompartmentId } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import type { OwnEvent } from '#domain/audit/trail-facts.ts'
import type { DueTask } from '#domain/jobs/task.ts'
import { destroyAccountKey } from './destroy-account-key.ts'
import { expireMaterials } from '#domain/account-keys/import/remove-material.ts'
import { forgetImportParameters } from '#domain/account-keys/import/forget-parameters.ts'
import { expiryDueAt, rotationDueAt } from './due.ts'
import type { HeldAccountKey } from './find-account-key.ts'
import { keyArn } from './key-arn.ts'
import { ownedKey } from './permit-account-key.ts'
import { rotateBySchedule } from './rotate-account-key.ts'

/** What the account's trail shows of what the instance does with its key by itself. */
function asOwnEvent(
  call: Call,
  { value }: HeldAccountKey,
  { operation, event }: { readonly operation: string; readonly event: OwnEvent },
): void {
  const arn = keyArn(value)
  call.operation = operation
  call.resource = arn
  call.target = { keyId: arn }
  call.trail = {
    event,
    region: value.region,
    recipient: value.accountId,
    readOnly: false,
    more: { keyId: value.id },
    resources: [{ account: value.accountId, arn }],
  }
}

/** A key whose window is over: gone, under whatever policy. */
async function destroyIfDue(context: Context, call: Call, key: HeldAccountKey): Promise<boolean> {
  const at = key.value.deletion?.at
  if (at === undefined || at > call.at) return false
  const permit = context.access.permit(call, 'accountKey.destroy', await ownedKey(context, call, { key }))
  const gone = await destroyAccountKey(context, call, { permit, key })
  // The account is told of the end alone, not of the steps that led there.
  if (gone) asOwnEvent(call, key, { operation: 'DeleteKey', event: 'keyDeleted' })
  else call.operation = 'DeleteGrantsOfKey'
  return true
}

async function rotateIfDue(context: Context, call: Call, key: HeldAccountKey): Promise<boolean> {
  const at = rotationDueAt(key.value)
  if (at === undefined || at > call.at) return false
  asOwnEvent(call, key, { operation: 'RotateKey', event: 'keyRotated' })
  const permit = context.access.permit(call, 'accountKey.rotate', await ownedKey(context, call, { key }))
  await rotateBySchedule(context, call, { permit, key })
  return true
}

/** Imported material that has run out: the key waits for the same bytes. */
async function expireIfDue(context: Context, call: Call, key: HeldAccountKey): Promise<boolean> {
  const at = expiryDueAt(key.value)
  if (at === undefined || at > call.at) return false
  asOwnEvent(call, key, { operation: 'DeleteExpiredKeyMaterial', event: 'importedMaterialExpired' })
  const permit = context.access.permit(call, 'accountKey.deleteMaterial', await ownedKey(context, call, { key }))
  await expireMaterials(context, call, { permit, key })
  return true
}

/** What the scheduler does with a key whose time has come: its state says what that is. */
async function runIfDue(
  context: Context,
  call: Call,
  due: { readonly compartment: CompartmentId; readonly path: readonly string[] },
): Promise<boolean> {
  const [id] = due.path
  const key = id === undefined ? undefined : await context.accountKeys.get(call, due.compartment, [id])
  if (key === undefined) return false
  return (await destroyIfDue(context, call, key)) || (await expireIfDue(context, call, key)) || rotateIfDue(context, call, key)
}

export const accountKeyTasks: readonly DueTask[] = [
  { family: 'accountKeys', operation: 'KeyLookIfDue', run: runIfDue },
  forgetImportParameters,
]
