import { listSecretVersions } from '#domain/secrets/list-secrets.ts'
import { page } from '#protocols/keyvault/paging.ts'
import { namedObject, pageQuery, scopeOfSecret, urlOfSecret } from '#protocols/keyvault/params.ts'
import { secretVersionItem } from '#protocols/keyvault/secret-shapes.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const listSecretVersionsOperation = vaultOperation({
  name: 'SecretListVersions',
  method: 'GET',
  path: '/secrets/{name}/versions',
  permissions: ['secret.list'],
  scope: scopeOfSecret,
  resource: urlOfSecret,
  params: namedObject,
  query: pageQuery,
  body: { none: true },
  async handle(context, call, { site, params, query, permit, request }) {
    const writing = { site, request }
    return page(context, call, {
      writing,
      query,
      path: `/secrets/${params.name}/versions`,
      list: async from =>
        listSecretVersions(context, call, { permit: permit('secret.list'), vault: site.vault.value, name: params.name, ...from }),
      item: shown => secretVersionItem(writing, shown),
    })
  },
})
