import { purgeSecret } from '#domain/secrets/purge-secret.ts'
import { empty } from '#protocols/http/answer.ts'
import { namedObject, noQuery, scopeOfSecret, urlOfDeletedSecret } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const purgeSecretOperation = vaultOperation({
  name: 'SecretPurge',
  method: 'DELETE',
  path: '/deletedsecrets/{name}',
  permissions: ['secret.purge'],
  scope: scopeOfSecret,
  resource: urlOfDeletedSecret,
  params: namedObject,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { site, params, permit }) {
    await purgeSecret(context, call, { permit: permit('secret.purge'), vault: site.vault.value, name: params.name })
    return empty(204)
  },
})
