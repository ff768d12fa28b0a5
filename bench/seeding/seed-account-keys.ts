import type { Context } from '#domain/context.ts'
import { stageKey } from '#domain/account-keys/create-account-key.ts'
import { defaultKeyPolicy } from '#domain/account-keys/key-policy.ts'
import { addAccount } from '#domain/accounts/add-account.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { operator } from '#model/principal.ts'
import { performAs } from './open-instance.ts'

const perCall = 200

export interface SeededAccount {
  readonly accountId: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** An account whose root signs, with so many symmetric keys in a Region, each with its own record and sealed material. */
export async function seedAccountKeys(
  context: Context,
  into: { readonly accountId: string; readonly region: string; readonly count: number },
): Promise<SeededAccount> {
  const { accountId, region, count } = into
  const account = await performAs(context, operator, async call => {
    const permit = context.access.permit(call, 'instance.operate', { on: rootScope })
    const { rootKey } = await addAccount(context, call, { permit, accountId })
    // The secret's bytes end with the call.
    return { accountId, accessKeyId: rootKey.key.id, secretAccessKey: Buffer.from(rootKey.secret.bytes).toString('latin1') }
  })
  const policy = defaultKeyPolicy(accountId)
  for (let from = 0; from < count; from += perCall)
    await performAs(context, operator, async call => {
      for (let at = from; at < Math.min(count, from + perCall); at += 1)
        await stageKey(context, call, {
          id: context.ground.random.uuid(),
          accountId,
          region,
          policy,
          manager: 'account',
          spec: 'SYMMETRIC_DEFAULT',
          usage: 'ENCRYPT_DECRYPT',
          origin: 'generated',
          description: '',
          tags: [],
          multiRegion: false,
        })
    })
  return account
}
