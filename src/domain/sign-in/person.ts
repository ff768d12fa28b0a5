import type { Principal } from '#model/principal.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { namedTenant, namesNoTenant } from '#domain/identity/find-tenant.ts'
import { isPassword, withPassword } from '#domain/identity/passwords.ts'
import type { Tenant, User } from '#domain/identity/records.ts'
import { refused } from '#domain/identity/refusals.ts'
import { signedOut, type HeldUser } from '#domain/identity/users.ts'
import { networkOf } from '#domain/noise.ts'

type PersonNeeds = Needs<'identity' | 'instance' | 'users' | 'ground' | 'store'>

export interface Presented {
  /** Of the path: id, domain, `common`, `adfs`. */
  readonly tenant: string
  readonly username: string
  readonly password: string
}

const everybody = 'everybody'

/** Somebody shows a password. Unknown, wrong and locked cost and say the same; who is disabled is told so by the right password alone. Raises `OAuthRefused`, `TenantNotFound`, `Busy`. */
export async function provenPerson(context: PersonNeeds, call: Call, presented: Presented): Promise<HeldUser> {
  const username = presented.username.trim()
  const tenant = tenantOfPerson(context, presented.tenant, username)
  const user = tenant === undefined ? undefined : context.identity.index.userOfName(tenant.tenantId, username)
  if (user !== undefined) call.resource = `/tenants/${user.value.tenantId}/users/${user.value.id}`
  await attempt(context, call, username.toLowerCase())
  const right = await isPassword(context, call, { user: user?.value, text: presented.password })
  if (user === undefined || !right) throw refused('wrongPassword', 'Error validating credentials due to invalid username or password.')
  succeeded(context, call, username.toLowerCase())
  if (!user.value.enabled) throw refused('disabledUser', 'The user account is disabled.')
  return user
}

/** A password that is somebody's own doing ends what was signed in with the one before. Raises `OAuthRefused`, `InvalidBody`. */
export async function withOwnPassword(
  context: PersonNeeds,
  call: Call,
  change: { readonly user: HeldUser; readonly before: string; readonly wanted: string },
): Promise<HeldUser> {
  const { user, before, wanted } = change
  if (before === wanted) throw refused('newPasswordRefused', 'The new password is the one that you have.')
  const value = await withPassword(context, call, { user: user.value, wanted: { text: wanted, mustChange: false } })
  return context.users.update(call, user, signedOut(value, call))
}

export const actorOf = (user: Pick<User, 'id' | 'tenantId'>, clientId: string | undefined): Principal => ({
  id: user.id,
  kind: 'user',
  tenant: user.tenantId,
  authMethod: 'password',
  ...(clientId !== undefined && { appId: clientId }),
})

/** The tenant of the path, or else the one whose domain the name ends in. */
function tenantOfPerson(context: PersonNeeds, named: string, username: string): Tenant | undefined {
  if (!namesNoTenant(named)) return namedTenant(context, named).value
  return context.identity.index.tenantOfDomain(username.split('@')[1] ?? '')?.value
}

/** One attempt a request, however often it is tried, beside that of its client: of this person from this address, and of anybody from its network. */
async function attempt({ identity, instance }: PersonNeeds, call: Call, username: string): Promise<void> {
  if (!instance.throttle) return
  const source = networkOf(call.source.sourceIp ?? '')
  const free = await call.once('attempt of a person', async () => {
    const ofPerson = identity.delays.begin(source, `user ${username}`, call.at)
    return identity.sprays.begin(source, everybody, call.at) && ofPerson
  })
  if (!free) throw refused('locked', "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.")
}

function succeeded({ identity, instance }: PersonNeeds, call: Call, username: string): void {
  if (!instance.throttle) return
  const source = networkOf(call.source.sourceIp ?? '')
  identity.delays.succeeded(source, `user ${username}`)
  // Whoever has an account must not buy himself guesses at others' by signing in between.
  identity.sprays.forgive(source, everybody)
}
