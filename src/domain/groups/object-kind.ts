import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { MemberKind } from './records.ts'

/** What an object id of a tenant is; each family is asked and its answer noted. */
export type ObjectKind = MemberKind | 'application'

/** The kind of the object with this id in the tenant's directory, as it stands in this call; `undefined` where there is none. */
export async function kindOfObject(
  context: Needs<'groups' | 'users' | 'servicePrincipals' | 'applications'>,
  call: Call,
  named: { readonly tenantId: string; readonly id: string },
): Promise<ObjectKind | undefined> {
  const home = compartmentOfGuid(named.tenantId)
  const path = [named.id.toLowerCase()] as const
  if ((await context.servicePrincipals.get(call, home, path)) !== undefined) return 'servicePrincipal'
  if ((await context.users.get(call, home, path)) !== undefined) return 'user'
  if ((await context.groups.get(call, home, path)) !== undefined) return 'group'
  return (await context.applications.get(call, home, path)) === undefined ? undefined : 'application'
}
