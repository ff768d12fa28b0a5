import { z } from 'zod'
import { addAccount, listAccounts } from '#domain/accounts/add-account.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { adminOperation } from '#protocols/admin/site.ts'

const common = { permissions: ['instance.operate'], scope: () => rootScope, params: z.object({}), query: z.object({}) } as const

/** One more account. The secret of its root's key is in this answer alone. */
export const addAccountOperation = adminOperation({
  ...common,
  name: 'AccountAdd',
  method: 'POST',
  path: '/accounts',
  body: { json: z.strictObject({ accountId: z.string().regex(/^\d{12}$/, 'an account has a number of 12 digits') }) },
  async handle(context, call, { body: { accountId }, permit }) {
    const { rootKey } = await addAccount(context, call, { permit: permit('instance.operate'), accountId })
    call.resource = `/accounts/${accountId}`
    call.details.set('accessKeyId', rootKey.key.id)
    const rootSecretAccessKey = Buffer.from(rootKey.secret.bytes).toString('latin1')
    return json(201, { accountId, rootAccessKeyId: rootKey.key.id, rootSecretAccessKey })
  },
})

export const listAccountsOperation = adminOperation({
  ...common,
  name: 'AccountListAll',
  method: 'GET',
  path: '/accounts',
  body: { none: true },
  async handle(context, call, { permit }) {
    const accounts = listAccounts(context, call, { permit: permit('instance.operate') })
    return json(200, { accounts: accounts.map(({ id, createdAt }) => ({ accountId: id, createdAt })) })
  },
})
