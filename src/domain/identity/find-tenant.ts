import { Problem } from '#model/problem.ts'
import type { Needs } from '#domain/context.ts'
import type { Held } from '#domain/records/family.ts'
import type { Tenant } from './records.ts'
import { refused } from './refusals.ts'

/** Path segments that name no tenant; `adfs` is what clients use that would otherwise ask for the instance first (identity-and-arm.md 0.2). */
const unnamed = new Set(['common', 'organizations', 'consumers', 'adfs'])

export const namesNoTenant = (text: string): boolean => unnamed.has(text.toLowerCase())

/** The tenant that a path names by id or verified domain. Raises `TenantNotFound`. */
export function namedTenant({ identity }: Needs<'identity'>, text: string): Held<Tenant> {
  const found = identity.index.tenant(text.toLowerCase()) ?? identity.index.tenantOfDomain(text)
  if (found === undefined) throw new Problem({ code: 'TenantNotFound', details: { tenant: text.slice(0, 256) } })
  return found
}

/** The same, or, where the path names none, the one tenant that the client is at home in: never a choice between tenants. */
export function tenantOf(context: Needs<'identity'>, text: string, clientId: string): Held<Tenant> {
  if (!namesNoTenant(text)) return namedTenant(context, text)
  const homes = context.identity.index.homesOf(clientId)
  const [home] = homes
  if (home === undefined)
    throw refused(
      'unknownApplication',
      `Application with identifier '${clientId.slice(0, 64)}' was not found in any directory of this instance.`,
    )
  if (homes.length > 1)
    throw refused('noTenantNamed', 'No tenant-identifying information found in either the request or implied by any provided credentials.')
  return namedTenant(context, home)
}
