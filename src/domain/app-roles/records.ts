import { z } from 'zod'
import { memberKinds } from '#domain/groups/records.ts'
import { family } from '#domain/records/family.ts'

const appRoleAssignment = z.object({
  id: z.string(),
  tenantId: z.string(),
  /** Object id of who has it. */
  principalId: z.string(),
  principalKind: z.enum(memberKinds),
  /** Object id of the principal whose application has the role. */
  resourceId: z.string(),
  /** Of the role in that application; zeros for access without one. */
  appRoleId: z.string(),
  createdAt: z.number().int(),
})
export type AppRoleAssignment = z.output<typeof appRoleAssignment>

/** In the tenant's compartment; path: id. Rights in the directory hang on some: a ruling. */
export const appRoleAssignments = family<AppRoleAssignment, readonly [id: string]>({
  name: 'appRoleAssignments',
  schema: appRoleAssignment,
  format: 1,
  residency: 'resident',
  ruling: true,
})
