import { Problem } from '#model/problem.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { keepDeleted, moveMaterial } from '#domain/deleted-objects/keep-deleted.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { Held } from '#domain/records/family.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { withPassword, type NewUserPassword } from './passwords.ts'
import type { Tenant, User, UserProfile } from './records.ts'

export type HeldUser = Held<User, readonly [id: string]>

export interface NewUser {
  readonly userPrincipalName: string
  readonly displayName: string
  readonly mailNickname: string
  readonly mail?: string
  readonly enabled: boolean
  readonly profile?: UserProfile
  readonly password?: NewUserPassword
}

/** What is not given stays; `null` takes away. */
export interface UserChange {
  readonly userPrincipalName?: string
  readonly displayName?: string
  readonly mailNickname?: string
  readonly enabled?: boolean
  readonly mail?: string | null
  readonly profile?: { readonly [N in keyof UserProfile]: string | null }
  readonly password?: NewUserPassword
  /** Of the password that is there. */
  readonly mustChangePassword?: boolean
}

type Write = Permit<'directory.write'>
type UserNeeds = Needs<'users' | 'tenants' | 'identity' | 'ground'>

/** A user of the tenant by its object id or its principal name, in any case. Raises `DirectoryObjectNotFound`. */
export async function foundUser(
  context: Needs<'users' | 'identity'>,
  call: Call,
  named: { readonly tenantId: string; readonly idOrName: string },
): Promise<HeldUser> {
  const { tenantId, idOrName } = named
  const id = idOrName.includes('@') ? context.identity.index.userOfName(tenantId, idOrName)?.value.id : idOrName.toLowerCase()
  const held = id === undefined ? undefined : await context.users.get(call, compartmentOfGuid(tenantId), [id])
  if (held === undefined) throw new Problem({ code: 'DirectoryObjectNotFound', details: { id: idOrName.slice(0, 256) } })
  return held
}

/** Raises `InvalidBody` for a name that is taken or of no domain of the tenant's, or a password that is too weak. */
export async function createUser(
  context: UserNeeds,
  call: Call,
  request: { readonly permit: Write; readonly tenantId: string; readonly user: NewUser },
): Promise<HeldUser> {
  const { permit, tenantId, user } = request
  assertPermits(permit, rootScope)
  const compartment = compartmentOfGuid(tenantId)
  const tenant = await context.tenants.get(call, compartment, [tenantId])
  if (tenant === undefined) throw new Error('a user of a tenant that is not there')
  checkUserName(context, tenant.value, { name: user.userPrincipalName })
  const id = context.ground.random.uuid()
  const value: User = {
    id,
    tenantId,
    userPrincipalName: user.userPrincipalName,
    displayName: user.displayName,
    mailNickname: user.mailNickname,
    profile: user.profile ?? {},
    enabled: user.enabled,
    signInEpoch: 1,
    tokensValidFrom: call.at,
    createdAt: call.at,
    ...(user.mail !== undefined && { mail: user.mail }),
  }
  const whole = user.password === undefined ? value : await withPassword(context, call, { user: value, wanted: user.password })
  return context.users.create(call, compartment, { path: [id], value: whole })
}

/** Changes what is given. A new password and being disabled end every session and token that there is, for good. Raises as `createUser` does. */
export async function changeUser(
  context: UserNeeds,
  call: Call,
  request: { readonly permit: Write; readonly user: HeldUser; readonly change: UserChange },
): Promise<HeldUser> {
  const { permit, user, change } = request
  assertPermits(permit, rootScope)
  const { value } = user
  const { password } = change
  if (change.userPrincipalName !== undefined) await checkRenamed(context, call, { user: value, name: change.userPrincipalName })
  const described = withDescription(value, change)
  const whole = password === undefined ? described : await withPassword(context, call, { user: described, wanted: password })
  const ends = password !== undefined || (value.enabled && !whole.enabled)
  return context.users.update(call, user, ends ? signedOut(whole, call) : whole)
}

function withDescription(user: User, change: UserChange): User {
  const { password: _new, mustChangePassword, profile = {}, mail, ...plain } = change
  const { mail: before, password, ...rest } = user
  const mailNow = mail === undefined ? before : mail
  return {
    ...rest,
    ...plain,
    profile: Object.fromEntries(Object.entries({ ...user.profile, ...profile }).filter(([, text]) => text !== null)),
    ...(mailNow !== undefined && mailNow !== null && { mail: mailNow }),
    ...(password !== undefined && { password: { ...password, mustChange: mustChangePassword ?? password.mustChange } }),
  }
}

/** Signs the user out everywhere: what was signed in before counts no more from the next request on. */
export function revokeSignIns(context: Needs<'users'>, call: Call, request: { readonly permit: Write; readonly user: HeldUser }): HeldUser {
  assertPermits(request.permit, rootScope)
  return context.users.update(call, request.user, signedOut(request.user.value, call))
}

/** For thirty days it can be had back; its memberships and role assignments stay, and count for nobody meanwhile. What it signed in with ends for good. */
export async function deleteUser(
  context: Needs<'users' | 'deletedObjects' | 'store' | 'ground'>,
  call: Call,
  request: { readonly permit: Write; readonly user: HeldUser },
): Promise<void> {
  assertPermits(request.permit, rootScope)
  const { user } = request
  const { id, password } = user.value
  context.users.remove(call, user)
  keepDeleted(context, call, { kind: 'user', value: user.value })
  if (password === undefined) return
  const to = { id: context.deletedObjects.idOf(user.compartment, [id]), version: password.version }
  await moveMaterial(context, call, { from: { id: user.id, version: password.version }, to })
}

/** An epoch of its own, not a time: tokens tell seconds, and what was issued a moment before must end too. */
export const signedOut = (user: User, { at }: Pick<Call, 'at'>): User => ({
  ...user,
  signInEpoch: user.signInEpoch + 1,
  tokensValidFrom: at,
})

const invalid = (message: string, name?: string): Problem =>
  new Problem({ code: 'InvalidBody', details: { message, ...(name !== undefined && { name }) } })

async function checkRenamed(context: UserNeeds, call: Call, { user, name }: { readonly user: User; readonly name: string }): Promise<void> {
  const tenant = await context.tenants.get(call, compartmentOfGuid(user.tenantId), [user.tenantId])
  if (tenant === undefined) throw new Error('a user of a tenant that is not there')
  checkUserName(context, tenant.value, { name, of: user.id })
}

/** Users are rulings: of two calls that find a name free at once, the second runs again. Raises `InvalidBody`. */
export function checkUserName(
  { identity }: Needs<'identity'>,
  tenant: Tenant,
  { name, of }: { readonly name: string; readonly of?: string },
): void {
  const [local = '', domain = '', ...more] = name.split('@')
  if (more.length > 0 || !/^[\p{L}\p{N}.!#^~_'-]{1,64}$/u.test(local) || local.endsWith('.'))
    throw invalid('Property userPrincipalName is invalid.')
  if (!tenant.domains.some(known => known.toLowerCase() === domain.toLowerCase()))
    throw invalid(
      'The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.',
    )
  const taken = identity.index.userOfName(tenant.tenantId, name)
  if (taken !== undefined && taken.value.id !== of)
    throw invalid('Another object with the same value for property userPrincipalName already exists.')
}
