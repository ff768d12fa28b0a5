import { listSecrets } from '#domain/secrets/list-secrets.ts'
import { page } from '#protocols/keyvault/paging.ts'
import { noParams, pageQuery, scopeOfVault } from '#protocols/keyvault/params.ts'
import { secretItem } from '#protocols/keyvault/secret-shapes.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const listSecretsOperation = vaultOperation({
  name: 'SecretList',
  method: 'GET',
  path: '/secrets',
  permissions: ['secret.list'],
  scope: scopeOfVault,
  params: noParams,
  query: pageQuery,
  body: { none: true },
  async handle(context, call, { site, query, permit, request }) {
    const writing = { site, request }
    return page(context, call, {
      writing,
      query,
      path: '/secrets',
      list: async from => listSecrets(context, call, { permit: permit('secret.list'), vault: site.vault.value, state: 'live', ...from }),
      item: secret => secretItem(writing, secret),
    })
  },
})
