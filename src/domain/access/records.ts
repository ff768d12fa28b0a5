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
