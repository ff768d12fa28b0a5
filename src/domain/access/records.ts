import { z } from 'zod'
import { scopeOf } from '#model/brands.ts'
import { family } from '#domain/records/family.ts'

export const scopeSchema = z.array(z.string()).transform(scopeOf)

const roleAssignment = z.object({
  /** The id's last segment: a GUID that the caller chose. */
  name: z.string(),
  /** ARM id of the scope as it was written. */
  scopeId: z.string(),
  scope: scopeSchema,
  /** GUID of the role definition. */
  roleId: z.string(),
  principalId: z.string(),
  principalType: z.string(),
  description: z.string().optional(),
  /** Version 2.0: that it is understood was seen to when it was written. */
  condition: z.string().optional(),
  /** Echoed alone: what a resource manager in another tenant acts through. */
  delegatedManagedIdentityResourceId: z.string().optional(),
  createdAt: z.number().int(),
  createdBy: z.string(),
  updatedAt: z.number().int(),
  updatedBy: z.string(),
})
export type RoleAssignment = z.output<typeof roleAssignment>

/** In the tenant's compartment; path: scope in lower case, name in lower case. */
export const roleAssignments = family<RoleAssignment, readonly [scope: string, name: string]>({
  name: 'roleAssignments',
  schema: roleAssignment,
  format: 1,
  residency: 'resident',
  ruling: true,
})

const permission = z.object({
  actions: z.array(z.string()),
  notActions: z.array(z.string()),
  dataActions: z.array(z.string()),
  notDataActions: z.array(z.string()),
  condition: z.string().optional(),
})

const customRole = z.object({
  /** GUID that the caller chose, in lower case. */
  id: z.string(),
  roleName: z.string(),
  description: z.string(),
  /** As they were written, and as places. */
  assignableScopes: z.array(z.object({ scopeId: z.string(), scope: scopeSchema })),
  permissions: z.array(permission),
  createdAt: z.number().int(),
  createdBy: z.string(),
  updatedAt: z.number().int(),
  updatedBy: z.string(),
})
export type CustomRole = z.output<typeof customRole>

/** Roles of a tenant's own, in the tenant's compartment; path: id. */
export const roleDefinitions = family<CustomRole, readonly [id: string]>({
  name: 'roleDefinitions',
  schema: customRole,
  format: 1,
  residency: 'resident',
  ruling: true,
})

const denied = z.object({ id: z.string(), type: z.string() })

const denyAssignment = z.object({
  name: z.string(),
  denyAssignmentName: z.string(),
  description: z.string().optional(),
  scopeId: z.string(),
  scope: scopeSchema,
  doNotApplyToChildScopes: z.boolean(),
  permissions: z.array(permission),
  principals: z.array(denied),
  excludePrincipals: z.array(denied),
  createdAt: z.number().int(),
  createdBy: z.string(),
})
export type DenyAssignment = z.output<typeof denyAssignment>

/** What nobody may do whatever their roles say: made by the system alone. In the tenant's compartment; path: scope in lower case, name. */
export const denyAssignments = family<DenyAssignment, readonly [scope: string, name: string]>({
  name: 'denyAssignments',
  schema: denyAssignment,
  format: 1,
  residency: 'resident',
  ruling: true,
})
