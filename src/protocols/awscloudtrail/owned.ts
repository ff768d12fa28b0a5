import { scopeOf } from '#model/brands.ts'
import type { Found, OwnedFacts } from '#domain/access/permit.ts'
import { callersAccount } from '#domain/account-keys/find-account-key.ts'
import type { Call } from '#domain/call.ts'
import { trailArn } from '#domain/trails/keep-trail.ts'
import type { AwsSite } from '#protocols/aws/operation.ts'

/** Who writes a trail's files, as policies name it. */
export const carrier = 'cloudtrail.amazonaws.com'

/** What is asked of an account's trails, before one is looked for: only policies of its own principals decide it. `asked`: a name, or an ARN. */
export function ownedTrails(call: Call, { region }: AwsSite, asked?: string): Found {
  const account = callersAccount(call)
  const arn = asked === undefined ? '*' : asked.startsWith('arn:') ? asked : trailArn({ region, accountId: account, name: asked })
  const facts: OwnedFacts = name => (name === 'aws:requestedregion' ? region : undefined)
  return { on: scopeOf(['', `arn:aws:iam::${account}`, arn]), owned: { account, arn, kind: 'account', facts } }
}
