import type { Principal } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import type { Needs } from '#domain/context.ts'

/** Somebody of the directory as explanations and reviews name them. */
export interface Named {
  readonly id: string
  readonly displayName: string
  readonly appId?: string
  /** Of users: what they sign in with. */
  readonly userPrincipalName?: string
  /** Of a managed identity: ARM id of what acts by it. */
  readonly resourceId?: string
  readonly type: 'User' | 'Group' | 'ServicePrincipal'
  /** As the rule books are asked; a group is judged as one that has nothing but what the group has. */
  readonly who: Principal
}

type Directory = Needs<'users' | 'groups' | 'servicePrincipals'>

/** Everybody of a tenant who can be given access, by object id. */
export function everybody(context: Directory, tenantId: string): ReadonlyMap<string, Named> {
  const found = new Map<string, Named>()
  const add = (named: Named): void => void found.set(named.id, named)
  for (const { value } of context.servicePrincipals.peek()) {
    const { id, appId, displayName, kind, resourceId } = value
    if (value.tenantId !== tenantId) continue
    const of = resourceId === undefined ? {} : { resourceId }
    add({ id, appId, displayName, ...of, type: 'ServicePrincipal', who: { id, kind, tenant: tenantId, appId } })
  }
  for (const { value } of context.users.peek()) {
    const { id, displayName, userPrincipalName } = value
    if (value.tenantId === tenantId) add({ id, displayName, userPrincipalName, type: 'User', who: { id, kind: 'user', tenant: tenantId } })
  }
  for (const { value } of context.groups.peek()) {
    const { id, displayName } = value
    if (value.tenantId === tenantId) add({ id, displayName, type: 'Group', who: { id, kind: 'application', tenant: tenantId } })
  }
  return found
}

/** By object id, application id, user principal name, display name, or the ARM id of what acts by a managed identity, in any case. Raises `DirectoryObjectNotFound`, and `InvalidParameter` where several have the name. */
export function principalNamed(
  context: Directory,
  { tenantId, principal }: { readonly tenantId: string; readonly principal: string },
): Named {
  const wanted = principal.toLowerCase()
  const all = [...everybody(context, tenantId).values()]
  const byId = all.find(({ id, appId, userPrincipalName, resourceId }) =>
    [id, appId, userPrincipalName?.toLowerCase(), resourceId?.toLowerCase()].includes(wanted),
  )
  if (byId !== undefined) return byId
  const [first, ...others] = all.filter(({ displayName }) => displayName.toLowerCase() === wanted)
  if (first === undefined) throw new Problem({ code: 'DirectoryObjectNotFound', details: { id: principal } })
  if (others.length === 0) return first
  const message = `${others.length + 1} have this name; name one by its object id: ${[first, ...others].map(({ id }) => id).join(', ')}.`
  throw new Problem({ code: 'InvalidParameter', details: { name: 'principal', message } })
}
