import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { namesNoTenant, tenantOf } from '#domain/identity/find-tenant.ts'
import type { Tenant } from '#domain/identity/records.ts'
import { missing, refused } from '#domain/identity/refusals.ts'
import { provenClient } from './client.ts'
import { give, type GiveNeeds } from './give.ts'
import type { GrantAnswer, GrantRequest } from './grant-request.ts'
import { newGrantId } from './grants.ts'
import { provenPerson } from './person.ts'
import { scopesAt, userScopesOf } from './scopes.ts'

type PasswordNeeds = GiveNeeds & Needs<'users' | 'instance' | 'tenants'>

/** A password shown to the client itself (RFC 6749 4.3): only where the tenant lets that be. Switched off, nothing of the request is looked at. Raises `OAuthRefused`. */
export async function byPassword(context: PasswordNeeds, call: Call, request: GrantRequest): Promise<GrantAnswer> {
  const { clientId, credential } = request
  if (clientId === undefined) throw missing('client_id')
  const tenant = tenantFor(context, request, clientId)
  if (tenant.passwordGrant !== true) throw refused('unsupportedGrant', "The app requested an unsupported grant type 'password'.")
  const client = await provenClient(context, call, { tenantId: tenant.tenantId, clientId, credential })
  const { username = lacks('username'), password = lacks('password') } = request
  const scopes = userScopesOf(request.asked, scopesAt(context, request.reached, tenant.tenantId))
  const { value: user } = await provenPerson(context, call, { tenant: tenant.tenantId, username, password })
  if (user.password?.mustChange === true)
    throw refused('passwordExpired', 'The password is expired. The user signs in on the page and chooses another one.')
  const grantId = await newGrantId(context, call)
  const signedIn = { tenantId: user.tenantId, userId: user.id, signInEpoch: user.signInEpoch, authTime: call.at }
  return give(context, call, { request, user, client, scopes, signedIn, grantId })
}

function lacks(parameter: string): never {
  throw missing(parameter)
}

/** The path's tenant; where it names none, the one whose domain the user's name ends in. */
function tenantFor(context: PasswordNeeds, { tenant, username }: GrantRequest, clientId: string): Tenant {
  const ofPerson = namesNoTenant(tenant) ? context.identity.index.tenantOfDomain(username?.split('@')[1] ?? '') : undefined
  return (ofPerson ?? tenantOf(context, tenant, clientId)).value
}
