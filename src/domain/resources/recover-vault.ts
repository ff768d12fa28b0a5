import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { changedNow } from './envelope.ts'
import type { HeldVault } from './find-vault.ts'
import { locationOf } from './locations.ts'
import type { HeldName } from './vault-names.ts'
import { nameTaken } from './vault-names.ts'
import { badRequest } from './vault-settings.ts'

export interface RecoverVault {
  readonly subscriptionId: string
  readonly group: string
  readonly name: string
  readonly location: string | undefined
  readonly reserved: HeldName | undefined
}

/** `createMode: recover`: the vault as it was, in the same group and location; what else the request says is not looked at (identity-and-arm.md 3.1). */
export async function recoverVault(
  context: Needs<'vaults' | 'deletedVaults' | 'names'>,
  call: Call,
  request: RecoverVault,
): Promise<HeldVault> {
  const { subscriptionId, name, reserved } = request
  const home = compartmentOfGuid(subscriptionId)
  if (reserved?.value.state === 'live') throw nameTaken(name, 'live')
  const deleted = await context.deletedVaults.get(call, home, [name.toLowerCase()])
  if (deleted === undefined || reserved === undefined)
    throw new Problem({ code: 'ResourceNotFound', details: { type: 'Microsoft.KeyVault/deletedVaults', name } })
  const { vault } = deleted.value
  if (vault.scope.at(-2) !== `/subscriptions/${subscriptionId}/resourcegroups/${request.group.toLowerCase()}`)
    throw badRequest(`The deleted vault '${vault.name}' can be recovered only with its own id '${vault.id}'.`)
  if (locationOf(request.location, 'Microsoft.KeyVault/vaults') !== vault.location)
    throw badRequest(`The deleted vault '${vault.name}' can be recovered only in its own location '${vault.location}'.`)
  context.deletedVaults.remove(call, deleted)
  context.names.update(call, reserved, { ...reserved.value, state: 'live' })
  return context.vaults.create(call, home, { path: [vault.id.toLowerCase()], value: { ...vault, ...changedNow(call) } })
}
