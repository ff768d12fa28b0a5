import { getKey } from '#domain/keys/get-key.ts'
import { json } from '#protocols/http/answer.ts'
import { noQuery, scopeOfKey, urlOfKey, versionedObject } from '#protocols/keyvault/params.ts'
import { keyBundle } from '#protocols/keyvault/shapes.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const getKeyOperation = vaultOperation({
  name: 'KeyGet',
  method: 'GET',
  path: '/keys/{name}/{version?}',
  permissions: ['key.read'],
  scope: scopeOfKey,
  resource: urlOfKey,
  params: versionedObject,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { site, params, permit, request }) {
    const found = await getKey(context, call, { permit: permit('key.read'), reference: { vault: site.vault.value, ...params } })
    return json(200, keyBundle({ site, request }, found))
  },
})
