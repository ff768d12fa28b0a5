import { listVersions } from '#domain/keys/list-keys.ts'
import { page } from '#protocols/keyvault/paging.ts'
import { namedObject, pageQuery, scopeOfKey, urlOfKey } from '#protocols/keyvault/params.ts'
import { versionItem } from '#protocols/keyvault/shapes.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const listKeyVersionsOperation = vaultOperation({
  name: 'KeyListVersions',
  method: 'GET',
  path: '/keys/{name}/versions',
  permissions: ['key.list'],
  scope: scopeOfKey,
  resource: urlOfKey,
  params: namedObject,
  query: pageQuery,
  body: { none: true },
  async handle(context, call, { site, params, query, permit, request }) {
    const writing = { site, request }
    return page(context, call, {
      writing,
      query,
      path: `/keys/${params.name}/versions`,
      list: async from => listVersions(context, call, { permit: permit('key.list'), vault: site.vault.value, name: params.name, ...from }),
      item: shown => versionItem(writing, shown),
    })
  },
})
