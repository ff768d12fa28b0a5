import type { Needs } from '#domain/context.ts'
import type { AppRole } from '#domain/identity/exposed-api.ts'
import type { ServicePrincipal } from '#domain/identity/records.ts'
import { resourcePrincipalOf } from '#domain/identity/resource-principals.ts'

/** Roles of a principal's application, or of the service that it stands for. */
export function rolesOfPrincipal({ identity }: Needs<'identity'>, { tenantId, appId }: ServicePrincipal): readonly AppRole[] {
  return resourcePrincipalOf(appId)?.roles ?? identity.index.applicationFor(tenantId, appId)?.value.appRoles ?? []
}

export interface RolesAsked {
  readonly tenantId: string
  /** Object id of who has them. */
  readonly principalId: string
  readonly kind: 'user' | 'servicePrincipal'
  /** Client id of the application whose roles they are. */
  readonly resourceAppId: string
}

/** Values of the roles that somebody has in an application, as `roles` in tokens has them; what is switched off is nobody's. */
export function assignedRoles(context: Needs<'identity'>, asked: RolesAsked): readonly string[] {
  const resource = context.identity.index.servicePrincipalOfApp(asked.tenantId, asked.resourceAppId)?.value
  if (resource === undefined) return []
  const given = new Set(assignmentsAt(context, { ...asked, resourceId: resource.id }).map(({ value }) => value.appRoleId))
  return rolesOfPrincipal(context, resource).flatMap(({ id, value, enabled }) =>
    enabled && value !== undefined && given.has(id) ? [value] : [],
  )
}

/** A user has what is assigned to a group that he is in directly, as Entra has it; an application what is assigned to itself alone. */
function assignmentsAt({ identity }: Needs<'identity'>, { principalId, kind, resourceId }: RolesAsked & { readonly resourceId: string }) {
  const groups = kind === 'user' ? identity.memberships.membershipsOf(principalId).map(({ value }) => value.groupId) : []
  return [principalId, ...groups].flatMap(id => identity.appRoles.of(id)).filter(({ value }) => value.resourceId === resourceId)
}

/** May somebody have tokens for an application at all? Where it wants assignments, only who has one. */
export function isLetIn(context: Needs<'identity'>, asked: RolesAsked): boolean {
  const resource = context.identity.index.servicePrincipalOfApp(asked.tenantId, asked.resourceAppId)?.value
  if (resource?.assignmentRequired !== true) return true
  return assignmentsAt(context, { ...asked, resourceId: resource.id }).length > 0
}
