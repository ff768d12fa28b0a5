import { z } from 'zod'

const permissionScope = z.object({
  id: z.string(),
  /** As it is asked for and as `scp` has it. */
  value: z.string(),
  type: z.enum(['User', 'Admin']),
  enabled: z.boolean(),
  adminConsentDisplayName: z.string().optional(),
  adminConsentDescription: z.string().optional(),
  userConsentDisplayName: z.string().optional(),
  userConsentDescription: z.string().optional(),
})
export type PermissionScope = z.output<typeof permissionScope>

/** What an application lets others ask of it on behalf of users. */
export const exposedApi = z.object({
  scopes: z.array(permissionScope),
  /** Of the access tokens that it is shown; 1 where nothing is said. */
  tokenVersion: z.union([z.literal(1), z.literal(2)]).optional(),
  /** Clients that need nobody's consent, by client id. */
  preAuthorized: z.array(z.object({ appId: z.string(), scopeIds: z.array(z.string()) })),
  /** Client ids of applications that come with it: told, and decides nothing. */
  knownClients: z.array(z.string()),
})
export type ExposedApi = z.output<typeof exposedApi>

const appRole = z.object({
  id: z.string(),
  /** As `roles` has it; a role without one is in no token. */
  value: z.string().optional(),
  displayName: z.string(),
  description: z.string(),
  enabled: z.boolean(),
  /** Users are users and groups. */
  memberTypes: z.array(z.enum(['User', 'Application'])),
})
export type AppRole = z.output<typeof appRole>
/** What an application tells those apart by whom it serves. */
export const appRoles = z.array(appRole)

/** What an application says that it will ask of others: told, and gives nothing by itself. */
export const requiredAccess = z.array(
  z.object({ resourceAppId: z.string(), access: z.array(z.object({ id: z.string(), type: z.enum(['Scope', 'Role']) })) }),
)
export type RequiredAccess = z.output<typeof requiredAccess>
