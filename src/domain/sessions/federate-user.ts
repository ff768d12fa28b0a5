import { scopeOf } from '#model/brands.ts'
import type { ActingInAccount } from '#model/principal.ts'
import { assertPermits, type Found, type Permit } from '#domain/access/permit.ts'
import { factsOf, requestFacts, tagFacts } from '#domain/account-keys/key-facts.ts'
import { federatedUserArn } from '#domain/accounts/arn.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { giveSession, type GivenSession } from './give-session.ts'
import { endOfOwn } from './own-session.ts'
import { packedPercentOf } from './packed-percent.ts'
import { assertSessionPolicies, tagsOfSession, type SessionTag } from './role-request.ts'

/** Of whom somebody vouches for. */
export interface FederationRequest {
  readonly name: string
  readonly durationSeconds?: number | undefined
  readonly policy?: string | undefined
  readonly policyArns: readonly string[]
  readonly tags: readonly SessionTag[]
}

/** What the permits to vouch for somebody are asked of. */
export function federatedFound({ accountId }: ActingInAccount, { name, tags }: FederationRequest, region: string): Found {
  const arn = federatedUserArn(accountId, name)
  const facts = factsOf(tagFacts(tags), requestFacts(region))
  return { on: scopeOf(['', `arn:aws:iam::${accountId}`, arn]), owned: { account: accountId, arn, kind: 'account', facts } }
}

interface Federation {
  readonly permit: Permit<'accountSession.federate'>
  /** Who vouches: a user or the root, with a key that lasts. */
  readonly acting: ActingInAccount
  readonly request: FederationRequest
}

/**
 * A session of whoever the caller calls by a name: it may what the caller may and the documents that come with it say, and without them nothing.
 * Raises `PolicyMalformed`, `PackedPolicyTooLarge`, `ValidationFailed`.
 */
export async function federateUser(
  context: Needs<'accounts' | 'accountPolicies' | 'instance' | 'ground'>,
  call: Call,
  { permit, acting, request }: Federation,
): Promise<{ readonly given: GivenSession; readonly id: string; readonly arn: string; readonly packedPercent: number }> {
  const { accountId } = acting
  const { name, policy, policyArns } = request
  const arn = federatedUserArn(accountId, name)
  assertPermits(permit, scopeOf(['', `arn:aws:iam::${accountId}`, arn]))
  await assertSessionPolicies(context, call, { request, accountId })
  const { tags } = tagsOfSession({ tags: request.tags, transitiveTagKeys: [] }, acting)
  const policies = policy === undefined ? [] : [policy]
  const packedPercent = packedPercentOf({ policies, policyArns, tags })
  const given = await giveSession(context, call, {
    accountId,
    of: { kind: 'federated', name, ...(acting.kind === 'user' && { user: { id: acting.userId, name: acting.name ?? '' } }) },
    issuedAt: call.at,
    expiresAt: endOfOwn(call, acting, request.durationSeconds),
    policies,
    policyArns: [...policyArns],
    tags,
    transitiveTagKeys: [],
  })
  return { given, id: `${accountId}:${name}`, arn, packedPercent }
}
