import { z } from 'zod'
import { family } from '#domain/records/family.ts'

const permissionGrant = z.object({
  id: z.string(),
  tenantId: z.string(),
  /** Object id of the client's principal. */
  clientId: z.string(),
  /** Object id of the principal of what is asked. */
  resourceId: z.string(),
  /** Object id of the user who is asked for; of everybody where there is none. */
  principalId: z.string().optional(),
  scopes: z.array(z.string()),
})
export type PermissionGrant = z.output<typeof permissionGrant>

/** In the tenant's compartment; path: id. Taking one away takes rights away: a ruling. */
export const permissionGrants = family<PermissionGrant, readonly [id: string]>({
  name: 'permissionGrants',
  schema: permissionGrant,
  format: 1,
  residency: 'resident',
  ruling: true,
})
