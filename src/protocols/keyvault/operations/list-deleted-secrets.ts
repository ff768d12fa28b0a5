import { listSecrets } from '#domain/secrets/list-secrets.ts'
import { page } from '#protocols/keyvault/paging.ts'
import { noParams, pageQuery, scopeOfVault } from '#protocols/keyvault/params.ts'
import { deletedSecretItem } from '#protocols/keyvault/secret-shapes.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const listDeletedSecretsOperation = vaultOperation({
  name: 'SecretListDeleted',
  method: 'GET',
  path: '/deletedsecrets',
  permissions: ['secret.listDeleted'],
  scope: scopeOfVault,
  params: noParams,
  query: pageQuery,
  body: { none: true },
  async handle(context, call, { site, query, permit, request }) {
    const writing = { site, request }
    return page(context, call, {
      writing,
      query,
      path: '/deletedsecrets',
      list: async from =>
        listSecrets(context, call, { permit: permit('secret.listDeleted'), vault: site.vault.value, state: 'deleted', ...from }),
      item: secret => deletedSecretItem(writing, secret),
    })
  },
})
