import { getDeletedKey } from '#domain/keys/get-key.ts'
import { json } from '#protocols/http/answer.ts'
import { namedObject, noQuery, scopeOfKey, urlOfDeletedKey } from '#protocols/keyvault/params.ts'
import { deletedBundle } from '#protocols/keyvault/shapes.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const getDeletedKeyOperation = vaultOperation({
  name: 'KeyGetDeleted',
  method: 'GET',
  path: '/deletedkeys/{name}',
  permissions: ['key.readDeleted'],
  scope: scopeOfKey,
  resource: urlOfDeletedKey,
  params: namedObject,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { site, params, permit, request }) {
    const key = await getDeletedKey(context, call, { permit: permit('key.readDeleted'), vault: site.vault.value, name: params.name })
    return json(200, deletedBundle({ site, request }, key))
  },
})
