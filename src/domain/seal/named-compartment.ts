import type { CompartmentId } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import { regionCompartment } from '#domain/accounts/account-region.ts'
import type { Needs } from '#domain/context.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { vaultByName } from '#domain/resources/find-vault.ts'

type NamingNeeds = Needs<'vaults' | 'names' | 'identity' | 'accounts' | 'accountRegions' | 'instance' | 'ground'>

/**
 * What an operator calls a compartment: a vault's name, the id or a domain of a tenant, the id of a subscription, an account's number, or
 * that and a Region (`111122223333/eu-west-1`). Raises `ResourceNotFound`.
 */
export async function compartmentNamed(context: NamingNeeds, call: Call, name: string): Promise<CompartmentId> {
  const found =
    (await ofAccount(context, call, name)) ?? ofDirectory(context, name) ?? (await vaultByName(context, call, name))?.value.compartment
  if (found !== undefined && context.ground.barrier.has(found)) return found
  throw new Problem({ code: 'ResourceNotFound', details: { type: 'compartment', name: name.slice(0, 128) } })
}

async function ofAccount(context: NamingNeeds, call: Call, name: string): Promise<CompartmentId | undefined> {
  const [, accountId, region] = /^(\d{12})(?:\/([a-z0-9-]+))?$/.exec(name) ?? []
  if (accountId === undefined) return undefined
  if (region !== undefined) return regionCompartment(context, call, { accountId, region })
  return (await context.accounts.get(call, context.instance.installation, [accountId]))?.value.compartment
}

function ofDirectory({ identity }: Needs<'identity'>, name: string): CompartmentId | undefined {
  const tenant = identity.index.tenantOfDomain(name)
  if (tenant !== undefined) return tenant.compartment
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(name) ? compartmentOfGuid(name) : undefined
}
