import { scopeOf } from '#model/brands.ts'
import type { Found, OwnedFacts } from '#domain/access/permit.ts'
import { callersAccount } from '#domain/account-keys/find-account-key.ts'
import type { Call } from '#domain/call.ts'
import type { AwsSite } from '#protocols/aws/operation.ts'

export const source = 'cloudtrail.amazonaws.com'

/** What is asked of an account's trails: only policies of its own principals decide it. */
export function ownedTrails(call: Call, { region }: AwsSite, arn = '*'): Found {
  const account = callersAccount(call)
  const facts: OwnedFacts = name => (name === 'aws:requestedregion' ? region : undefined)
  return { on: scopeOf(['', `arn:aws:iam::${account}`, arn]), owned: { account, arn, kind: 'account', facts } }
}
