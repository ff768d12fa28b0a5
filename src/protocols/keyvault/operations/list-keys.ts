import { listKeys } from '#domain/keys/list-keys.ts'
import { page } from '#protocols/keyvault/paging.ts'
import { noParams, pageQuery, scopeOfVault } from '#protocols/keyvault/params.ts'
import { keyItem } from '#protocols/keyvault/shapes.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const listKeysOperation = vaultOperation({
  name: 'KeyList',
  method: 'GET',
  path: '/keys',
  permissions: ['key.list'],
  scope: scopeOfVault,
  params: noParams,
  query: pageQuery,
  body: { none: true },
  async handle(context, call, { site, query, permit, request }) {
    const writing = { site, request }
    return page(context, call, {
      writing,
      query,
      path: '/keys',
      list: async from => listKeys(context, call, { permit: permit('key.list'), vault: site.vault.value, state: 'live', ...from }),
      item: key => keyItem(writing, key),
    })
  },
})
