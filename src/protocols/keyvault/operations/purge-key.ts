import { purgeKey } from '#domain/keys/purge-key.ts'
import { empty } from '#protocols/http/answer.ts'
import { namedObject, noQuery, scopeOfKey, urlOfDeletedKey } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const purgeKeyOperation = vaultOperation({
  name: 'KeyPurge',
  method: 'DELETE',
  path: '/deletedkeys/{name}',
  permissions: ['key.purge'],
  scope: scopeOfKey,
  resource: urlOfDeletedKey,
  params: namedObject,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { site, params, permit }) {
    await purgeKey(context, call, { permit: permit('key.purge'), vault: site.vault.value, name: params.name })
    return empty(204)
  },
})
