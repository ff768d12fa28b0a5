import { Problem } from '#model/problem.ts'
import { assertPermits, type Found, type OwnedFacts, type Permit } from '#domain/access/permit.ts'
import type { Permission } from '#domain/access/permissions.ts'
import type { CompartmentId } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Held } from '#domain/records/family.ts'
import { identityProviderArn } from './arn.ts'
import { accountOf, accountScope, factOfEntity, foundArn, invalidInput } from './entities.ts'
import { withoutTags, withTags, type Tag } from './entity-tags.ts'
import { assertQuota } from './quotas.ts'
import type { IdentityProvider } from './records.ts'

type Providers = Needs<'identityProviders' | 'accounts' | 'instance'>
type HeldProvider = Held<IdentityProvider, readonly [url: string]>

export interface NamedProvider {
  readonly accountId: string
  readonly compartment: CompartmentId
  /** Without its scheme. */
  readonly url: string
  readonly arn: string
  readonly held: HeldProvider | undefined
}

export async function providerNamed(
  context: Providers,
  call: Call,
  { accountId, url }: { readonly accountId: string; readonly url: string },
): Promise<NamedProvider> {
  const { compartment } = (await accountOf(context, call, accountId)).value
  const held = await context.identityProviders.get(call, compartment, [url])
  return { accountId, compartment, url, arn: identityProviderArn(accountId, url), held }
}

/** Raises `InputInvalid` for what is no ARN of an issuer of this account. */
export async function providerOfArn(
  context: Providers,
  call: Call,
  at: { readonly accountId: string; readonly arn: string },
): Promise<NamedProvider> {
  const start = identityProviderArn(at.accountId, '')
  if (!at.arn.startsWith(start) || at.arn.length === start.length) throw invalidInput(`Invalid ARN: ${at.arn}`)
  return providerNamed(context, call, { accountId: at.accountId, url: at.arn.slice(start.length) })
}

/** What policies call an issuer: its address without scheme, and without a slash at its end. Raises `InputInvalid`. */
export function urlOfIssuer(issuer: string): string {
  const parsed = URL.parse(issuer)
  const plain =
    parsed?.protocol === 'https:' && parsed.search === '' && parsed.hash === '' && parsed.username === '' && parsed.password === ''
  if (!plain) throw invalidInput('Invalid Open ID Connect Provider URL')
  return issuer.slice('https://'.length).replace(/\/$/, '')
}

interface NewProvider {
  readonly permit: Permit<'identityProvider.create'>
  readonly provider: NamedProvider
  readonly clientIds: readonly string[]
  readonly thumbprints: readonly string[]
  readonly tags: readonly Tag[]
}

/** An issuer whose tokens the account takes, for these audiences. Raises `EntityExists`, `LimitExceeded`, `InputInvalid`. */
export function createProvider(context: Providers, call: Call, made: NewProvider): IdentityProvider {
  const { permit, provider, clientIds, thumbprints, tags } = made
  const { accountId, url, compartment, arn, held } = provider
  assertPermits(permit, accountScope(accountId, arn))
  if (held !== undefined) throw new Problem({ code: 'EntityExists', details: { type: 'identityProvider', name: `https://${url}` } })
  assertQuota('ClientIdsPerOpenIdConnectProvider', clientIds.length)
  const value = {
    accountId,
    url,
    clientIds: [...new Set(clientIds)],
    thumbprints: checkedThumbprints(thumbprints),
    tags: withTags('identityProvider', {}, tags),
    createdAt: call.at,
  }
  context.identityProviders.create(call, compartment, { path: [url], value })
  assertQuota('OpenIdConnectProvidersPerAccount', context.identityProviders.all(call, compartment).length)
  return value
}

function checkedThumbprints(thumbprints: readonly string[]): string[] {
  assertQuota('ThumbprintsPerOpenIdConnectProvider', thumbprints.length)
  if (thumbprints.some(one => !/^[0-9a-fA-F]{40}$/.test(one))) throw invalidInput('Thumbprints are 40 hexadecimal digits.')
  return thumbprints.map(one => one.toLowerCase())
}

/** What the one door is asked about it; its tags are known. */
export const foundProvider = ({ accountId, arn, held }: NamedProvider, facts: OwnedFacts = () => undefined): Found =>
  foundArn(accountId, arn, key => facts(key) ?? factOfEntity(held?.value, key))

/** Opened by its permit. Raises `EntityNotFound`. */
export function existingProvider(permit: Permit<Permission>, { accountId, arn, held }: NamedProvider): HeldProvider {
  assertPermits(permit, accountScope(accountId, arn))
  if (held === undefined) throw new Problem({ code: 'EntityNotFound', details: { type: 'identityProvider', name: arn } })
  return held
}

export type ProviderChange =
  | { readonly addClientId: string }
  | { readonly removeClientId: string }
  | { readonly thumbprints: readonly string[] }
  | { readonly tags: readonly Tag[] }
  | { readonly untag: readonly string[] }

/** One thing at a time, as the service has it. Raises `EntityNotFound`, `LimitExceeded`, `InputInvalid`. */
export function changeProvider(
  context: Needs<'identityProviders'>,
  call: Call,
  request: { readonly permit: Permit<Permission>; readonly provider: NamedProvider; readonly change: ProviderChange },
): void {
  const held = existingProvider(request.permit, request.provider)
  context.identityProviders.update(call, held, changed(held.value, request.change))
}

function changed(value: IdentityProvider, change: ProviderChange): IdentityProvider {
  if ('addClientId' in change) {
    const clientIds = [...new Set([...value.clientIds, change.addClientId])]
    assertQuota('ClientIdsPerOpenIdConnectProvider', clientIds.length)
    return { ...value, clientIds }
  }
  if ('removeClientId' in change) return { ...value, clientIds: value.clientIds.filter(id => id !== change.removeClientId) }
  if ('thumbprints' in change) return { ...value, thumbprints: checkedThumbprints(change.thumbprints) }
  if ('tags' in change) return { ...value, tags: withTags('identityProvider', value.tags, change.tags) }
  return { ...value, tags: withoutTags('identityProvider', value.tags, change.untag) }
}

/** Roles that trust it trust nobody then. Raises `EntityNotFound`. */
export function deleteProvider(
  context: Needs<'identityProviders'>,
  call: Call,
  { permit, provider }: { readonly permit: Permit<'identityProvider.delete'>; readonly provider: NamedProvider },
): void {
  context.identityProviders.remove(call, existingProvider(permit, provider))
}
