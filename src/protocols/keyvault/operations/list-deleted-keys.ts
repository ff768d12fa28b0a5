import { listKeys } from '#domain/keys/list-keys.ts'
import { page } from '#protocols/keyvault/paging.ts'
import { noParams, pageQuery, scopeOfVault } from '#protocols/keyvault/params.ts'
import { deletedItem } from '#protocols/keyvault/shapes.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const listDeletedKeysOperation = vaultOperation({
  name: 'KeyListDeleted',
  method: 'GET',
  path: '/deletedkeys',
  permissions: ['key.listDeleted'],
  scope: scopeOfVault,
  params: noParams,
  query: pageQuery,
  body: { none: true },
  async handle(context, call, { site, query, permit, request }) {
    const writing = { site, request }
    return page(context, call, {
      writing,
      query,
      path: '/deletedkeys',
      list: async from =>
        listKeys(context, call, { permit: permit('key.listDeleted'), vault: site.vault.value, state: 'deleted', ...from }),
      item: key => deletedItem(writing, key),
    })
  },
})
