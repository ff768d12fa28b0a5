import type { Scope } from '#model/brands.ts'
import type { Principal } from '#model/principal.ts'
import type { Needs } from '#domain/context.ts'
import { consentedScopes } from '#domain/consent/consented.ts'
import { appIdOf } from '#domain/identity/audiences.ts'
import { azureCli } from '#domain/identity/azure-cli.ts'
import { ownedObjectOf, type OwnedObject, type OwnedSet } from '#domain/identity/owned-scope.ts'
import { assignedRoles } from './assigned-roles.ts'

/** What an application needs to manage what it owns: it is also what lets it make such things. */
const roleOf: Readonly<Record<OwnedSet, string>> = {
  applications: 'Application.ReadWrite.OwnedBy',
  servicePrincipals: 'Application.ReadWrite.OwnedBy',
  groups: 'Group.Create',
}
const delegatedRole = 'directory.accessasuser.all'

/**
 * Who owns an object manages it, without a right in the rest of the directory: a user through a client that acts in the directory for him;
 * an application with Graph's role for such objects (of groups it is the one to make them with).
 */
export function ownerManages(context: Needs<'identity'>, who: Principal, on: Scope): boolean {
  const owned = ownedObjectOf(on)
  if (owned === undefined || who.tenant === undefined || !ownersOf(context, who.tenant, owned).includes(who.id)) return false
  if (who.kind === 'user') return actsForUser(context, who)
  return hasRole(context, who, roleOf[owned.set])
}

/**
 * Who may make applications and principals, which it will own: every user, through a client that acts in the directory for him (the
 * authorization policy that a tenant has at first, `allowedToCreateApps`), and an application with Graph's role for it.
 */
export const managesOwn = (context: Needs<'identity'>, who: Principal): boolean =>
  who.kind === 'user' ? actsForUser(context, who) : hasRole(context, who, roleOf.applications)

/**
 * Every user makes security groups so (`allowedToCreateSecurityGroups`), and an application with `Group.Create`. A group that an application
 * made is nobody's unless it names owners, itself perhaps (Graph, "Create group").
 */
export const makesGroups = (context: Needs<'identity'>, who: Principal): boolean =>
  who.kind === 'user' ? actsForUser(context, who) : hasRole(context, who, roleOf.groups)

const hasRole = (context: Needs<'identity'>, who: Principal, role: string): boolean =>
  who.tenant !== undefined &&
  (who.kind === 'application' || who.kind === 'managedIdentity') &&
  assignedRoles(context, {
    tenantId: who.tenant,
    principalId: who.id,
    kind: 'servicePrincipal',
    resourceAppId: appIdOf('graph'),
  }).includes(role)

function actsForUser(context: Needs<'identity'>, { tenant: tenantId, appId: clientId, id: userId }: Principal): boolean {
  if (tenantId === undefined || clientId === undefined) return false
  if (clientId === azureCli.appId) return true
  const scopes = consentedScopes(context, { tenantId, clientId, resourceAppId: appIdOf('graph'), userId })
  return scopes.some(scope => scope.toLowerCase() === delegatedRole)
}

function ownersOf({ identity }: Needs<'identity'>, tenantId: string, { set, id }: OwnedObject): readonly string[] {
  const { index, memberships } = identity
  if (set === 'applications') return index.applicationOf(tenantId, id)?.value.owners ?? []
  if (set === 'servicePrincipals') return index.servicePrincipal(tenantId, id)?.value.owners ?? []
  const group = memberships.group(id)?.value
  return group?.tenantId === tenantId ? group.owners : []
}
