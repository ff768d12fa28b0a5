import { scopeOf } from '#model/brands.ts'
import type { Found, OwnedFacts } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { AwsSite } from '#protocols/aws/operation.ts'
import { actingIn } from './site.ts'

/** What belongs to nothing in particular: policies of the caller's own account decide. */
export function ownedAccount(call: Call, { region }: AwsSite): Found {
  const { accountId } = actingIn(call)
  const facts: OwnedFacts = name => (name === 'aws:requestedregion' ? region : undefined)
  return { on: scopeOf(['', `arn:aws:iam::${accountId}`, '*']), owned: { account: accountId, arn: '*', kind: 'account', facts } }
}
