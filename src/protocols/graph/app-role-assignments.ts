import { z } from 'zod'
import type { HeldAppRole } from '#domain/app-roles/assignment-index.ts'
import type { AppRoleAssignment } from '#domain/app-roles/records.ts'
import type { Needs } from '#domain/context.ts'
import { filterable, property, type Entity } from './entity.ts'
import type { Listed } from './order.ts'
import { instant } from './shapes.ts'
import { guid } from './values.ts'

/** An assignment with the names of who has it and where. */
interface ShownAssignment extends AppRoleAssignment {
  readonly principalName: string | null
  readonly resourceName: string | null
}

const types = { user: 'User', group: 'Group', servicePrincipal: 'ServicePrincipal' } as const

export const assignmentEntity: Entity<ShownAssignment> = {
  type: 'appRoleAssignment',
  set: 'appRoleAssignments',
  properties: {
    id: filterable(value => value.id),
    deletedDateTime: property(() => null),
    appRoleId: filterable(value => value.appRoleId),
    createdDateTime: property(value => instant(value.createdAt)),
    principalDisplayName: filterable(value => value.principalName),
    principalId: filterable(value => value.principalId),
    principalType: filterable(value => types[value.principalKind]),
    resourceDisplayName: filterable(value => value.resourceName),
    resourceId: filterable(value => value.resourceId),
  },
}

export function shownAssignment({ identity }: Needs<'identity'>, { ord, value }: HeldAppRole): Listed<ShownAssignment> {
  const { tenantId, principalId: id, resourceId } = value
  const { index, memberships } = identity
  const named = index.servicePrincipal(tenantId, id) ?? index.user(tenantId, id) ?? memberships.group(id)
  return {
    ord,
    value: {
      ...value,
      principalName: named?.value.displayName ?? null,
      resourceName: index.servicePrincipal(tenantId, resourceId)?.value.displayName ?? null,
    },
  }
}

export const assignmentIn = z.strictObject({ principalId: guid, resourceId: guid, appRoleId: guid })
