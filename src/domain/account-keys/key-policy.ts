import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Permit } from '#domain/access/permit.ts'
import { checkedKeyPolicy, keyPolicyToday } from './checked-key-policy.ts'
import type { HeldAccountKey } from './find-account-key.ts'
import { accountArn, keyArn } from './key-arn.ts'
import { noOwnedFacts } from './key-facts.ts'
import { assertPermitsKey } from './permit-account-key.ts'
import { stageChange } from './stage-change.ts'

/** A key has one policy, and it is called so. */
export const policyNames = ['default'] as const

/** What a key gets whose maker says nothing: the account decides, by the policies of its principals (aws-kms.md 4.2). */
export const defaultKeyPolicy = (accountId: string): string =>
  JSON.stringify(
    {
      Version: '2012-10-17',
      Id: 'key-default-1',
      Statement: [
        {
          Sid: 'Enable IAM User Permissions',
          Effect: 'Allow',
          Principal: { AWS: accountArn(accountId) },
          Action: 'kms:*',
          Resource: '*',
        },
      ],
    },
    undefined,
    2,
  )

/** As it was written, but that principals who are gone stand in it by their unique ids. Raises `AccountKeyNotFound` for a name that no policy has. */
export function readKeyPolicy(
  context: Needs<'policyBook'>,
  { permit, key, name }: { readonly permit: Permit<'accountKey.readPolicy'>; readonly key: HeldAccountKey; readonly name: string },
): string {
  assertPermitsKey(permit, key)
  if (!policyNames.some(one => one === name))
    throw new Problem({ code: 'AccountKeyNotFound', details: { message: 'No such policy exists' } })
  return keyPolicyToday(context, key.value)
}

/** In force with the answer; a key in any state takes one. Raises `PolicyMalformed`, `LimitExceeded`. */
export async function writeKeyPolicy(
  context: Needs<'accountKeys' | 'policyBook'>,
  call: Call,
  request: {
    readonly permit: Permit<'accountKey.writePolicy'>
    readonly key: HeldAccountKey
    readonly policy: string
    readonly bypassLockout: boolean
  },
): Promise<void> {
  const { permit, key, policy, bypassLockout } = request
  assertPermitsKey(permit, key)
  const checked = checkedKeyPolicy(context, call, {
    text: policy,
    owned: { account: key.value.accountId, arn: keyArn(key.value), facts: permit.question.owned?.facts ?? noOwnedFacts },
    bypass: bypassLockout,
  })
  stageChange(context, call, { key, change: checked })
}
