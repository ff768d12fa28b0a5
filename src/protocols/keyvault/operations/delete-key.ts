import { deleteKey } from '#domain/keys/delete-key.ts'
import { json } from '#protocols/http/answer.ts'
import { namedObject, noQuery, scopeOfKey, urlOfKey } from '#protocols/keyvault/params.ts'
import { deletedBundle } from '#protocols/keyvault/shapes.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const deleteKeyOperation = vaultOperation({
  name: 'KeyDelete',
  method: 'DELETE',
  path: '/keys/{name}',
  permissions: ['key.delete'],
  scope: scopeOfKey,
  resource: urlOfKey,
  params: namedObject,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { site, params, permit, request }) {
    const key = await deleteKey(context, call, { permit: permit('key.delete'), vault: site.vault.value, name: params.name })
    return json(200, deletedBundle({ site, request }, key))
  },
})
