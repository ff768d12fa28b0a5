import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { namedTenant, namesNoTenant } from '#domain/identity/find-tenant.ts'
import { missing, refused } from '#domain/identity/refusals.ts'
import { provenClient } from './client.ts'
import { consented } from './consented.ts'
import { give, type GiveNeeds } from './give.ts'
import type { GrantAnswer, GrantRequest } from './grant-request.ts'
import { newGrantId } from './grants.ts'
import { scopesAt, userScopesOf } from './scopes.ts'
import { assertedUser, signedAssertion } from './user-assertion.ts'

type OnBehalfNeeds = GiveNeeds & Needs<'instance' | 'tenants'>

/**
 * A token that a user showed an application, for one with which that application acts for the user elsewhere (RFC 7523 2.1 with
 * `requested_token_use=on_behalf_of`). The rights are the user's; the application is named beside him, and needs consent: no page can
 * ask for it here. Raises `OAuthRefused`, `TenantNotFound`.
 */
export async function onBehalfOf(context: OnBehalfNeeds, call: Call, request: GrantRequest): Promise<GrantAnswer> {
  const { clientId, credential, assertion, login } = request
  if (clientId === undefined) throw missing('client_id')
  if (assertion === undefined) throw missing('assertion')
  checkUse(request)
  const tenantId = namesNoTenant(request.tenant)
    ? signedAssertion(context, call, { token: assertion, login }).tenantId
    : namedTenant(context, request.tenant).value.tenantId
  const client = await provenClient(context, call, { tenantId, clientId, credential })
  if (client.proof === '0')
    throw refused('clientUnproved', "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.")
  const token = signedAssertion(context, call, { token: assertion, login })
  const { user, signInEpoch, authTime, grants } = assertedUser(context, call, { token, client: client.application, tenantId })
  const asked = userScopesOf(request.asked, scopesAt(context, request.reached, tenantId))
  const scopes = consented(context, asked, { client, user })
  const signedIn = { tenantId, userId: user.id, signInEpoch, authTime }
  call.details.set('onBehalfOf', grants.at(-1) ?? '')
  // What is refreshed has a family of its own; everything rests on the user's own sign-in all the same.
  const grantId = await newGrantId(context, call)
  return give(context, call, { request, user, client, scopes, signedIn, grantId, chain: grants })
}

function checkUse({ tokenUse }: GrantRequest): void {
  if (tokenUse === undefined) throw missing('requested_token_use')
  if (tokenUse !== 'on_behalf_of') throw refused('malformed', "The 'requested_token_use' of the request must be on_behalf_of.")
}
