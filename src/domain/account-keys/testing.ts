// For tests alone: an account with principals in it over the store in memory.
import { createAccess, type Permit, type RuleBook } from '#domain/access/permit.ts'
import type { Permission } from '#domain/access/permissions.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { testAccount } from '#domain/accounts/testing.ts'
import { testGround, type GroundChanges, type TestGround } from '#domain/testing.ts'
import type { ActingInAccount, Principal } from '#model/principal.ts'
import { createAccountKey, type AskedPolicy, type NewAccountKey } from './create-account-key.ts'
import type { HeldAccountKey } from './find-account-key.ts'
import { accountArn } from './key-arn.ts'
import { ownedKey, ownedRegion } from './permit-account-key.ts'

export const accountId = '111122223333'
export const otherAccountId = '444455556666'
export const region = 'us-east-1'

/** The root of an account, as it comes from the front door. */
export function rootOf(account: string, more: Partial<ActingInAccount> = {}): Principal {
  const acting: ActingInAccount = {
    accountId: account,
    kind: 'root',
    arn: accountArn(account),
    userId: account,
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    sessionPolicies: [],
    tags: {},
    ...more,
  }
  return { id: account, kind: 'awsUser', tenant: account, credentialId: acting.accessKeyId, acting }
}

export interface AccountGround extends TestGround {
  readonly context: Context
  readonly root: Principal
  readonly as: <T>(verb: (call: Call) => Promise<T>, who?: Principal) => Promise<T>
  readonly permitOf: <P extends Permission>(call: Call, permission: P, key: HeldAccountKey) => Promise<Permit<P>>
  readonly addKey: (more?: Partial<NewAccountKey & AskedPolicy>) => Promise<HeldAccountKey>
}

/** What verbs do once they may: who may at all is the rule book's own test. */
const everybodyMay: RuleBook = () => ({ allowed: true, by: 'test' })

export async function accountGround(changes: GroundChanges = {}): Promise<AccountGround> {
  const ground = await testGround(changes)
  for (const account of [accountId, otherAccountId]) await testAccount(ground, account)
  const context: Context = { ...ground.context, access: createAccess([everybodyMay]) }
  const root = rootOf(accountId)
  const as: AccountGround['as'] = async (verb, who = root) => ground.run(who, verb)
  return {
    ...ground,
    context,
    root,
    as,
    permitOf: async (call, permission, key) => context.access.permit(call, permission, await ownedKey(context, call, { key })),
    addKey: async (more = {}) =>
      as(async call => {
        const place = { accountId: more.accountId ?? accountId, region: more.region ?? region }
        return createAccountKey(context, call, {
          permit: context.access.permit(call, 'accountKey.create', ownedRegion(place)),
          spec: 'SYMMETRIC_DEFAULT',
          usage: 'ENCRYPT_DECRYPT',
          origin: 'generated',
          description: '',
          bypassLockout: true,
          tags: [],
          multiRegion: false,
          ...place,
          ...more,
        })
      }),
  }
}
