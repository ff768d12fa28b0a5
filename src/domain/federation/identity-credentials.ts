import type { Scope } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { principalById, type HeldPrincipal } from '#domain/identity/directory.ts'
import { childScope } from '#domain/resources/scopes.ts'
import { identityScope, type HeldIdentity, type IdentityName } from '#domain/resources/user-assigned-identities.ts'
import { credentialNamed, withTerms, type FederatedTerms } from './credential-list.ts'
import type { FederatedCredential } from './records.ts'

export const federatedType = 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials'

export const federatedScope = (at: IdentityName, credential: string): Scope =>
  childScope(identityScope(at), `federatedIdentityCredentials/${credential}`)

type IdentityNeeds = Needs<'servicePrincipals'>

async function principalOf(context: IdentityNeeds, call: Call, { value }: HeldIdentity): Promise<HeldPrincipal> {
  const held = await principalById(context, call, value.tenantId, value.principalId)
  if (held === undefined) throw new Error('a managed identity without its principal')
  return held
}

/** Those of a user-assigned identity, in the order of their making. */
export async function identityCredentials(
  context: IdentityNeeds,
  call: Call,
  identity: HeldIdentity,
): Promise<readonly FederatedCredential[]> {
  return (await principalOf(context, call, identity)).value.federatedCredentials ?? []
}

/** Raises `ResourceNotFound`. */
export async function identityCredential(
  context: IdentityNeeds,
  call: Call,
  at: { readonly identity: HeldIdentity; readonly name: string },
): Promise<FederatedCredential> {
  const found = credentialNamed(await identityCredentials(context, call, at.identity), at.name)
  if (found === undefined)
    throw new Problem({ code: 'ResourceNotFound', details: { type: federatedType, name: `${at.identity.value.name}/${at.name}` } })
  return found
}

interface Setting {
  readonly permit: Permit<'federatedCredential.write'>
  readonly at: IdentityName
  readonly identity: HeldIdentity
  readonly name: string
  readonly terms: FederatedTerms
}

/** Makes one, or gives it new terms: tokens of the old ones count no more. Raises as `withTerms` does. */
export async function setIdentityCredential(
  context: Needs<'servicePrincipals' | 'ground'>,
  call: Call,
  setting: Setting,
): Promise<{ readonly credential: FederatedCredential; readonly created: boolean }> {
  const { permit, at, identity, name, terms } = setting
  assertPermits(permit, federatedScope(at, name))
  const principal = await principalOf(context, call, identity)
  const before = principal.value.federatedCredentials ?? []
  const known = credentialNamed(before, name)
  const { list, credential } = withTerms(before, { id: known?.id ?? context.ground.random.uuid(), name: known?.name ?? name, terms })
  context.servicePrincipals.update(call, principal, { ...principal.value, federatedCredentials: list })
  call.details.set('issuer', terms.issuer).set('subject', terms.subject)
  return { credential, created: known === undefined }
}

/** True where there was one. Tokens that were given for it count no more. */
export async function removeIdentityCredential(
  context: IdentityNeeds,
  call: Call,
  removing: Pick<Setting, 'at' | 'identity' | 'name'> & { readonly permit: Permit<'federatedCredential.delete'> },
): Promise<boolean> {
  const { permit, at, identity, name } = removing
  assertPermits(permit, federatedScope(at, name))
  const principal = await principalOf(context, call, identity)
  const before = principal.value.federatedCredentials ?? []
  const found = credentialNamed(before, name)
  if (found === undefined) return false
  const federatedCredentials = before.filter(one => one !== found)
  context.servicePrincipals.update(call, principal, { ...principal.value, federatedCredentials })
  return true
}
