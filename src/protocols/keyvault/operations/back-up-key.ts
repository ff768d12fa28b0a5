import { backUpKey } from '#domain/keys/back-up-key.ts'
import { toBase64url } from '#protocols/azure/base64url.ts'
import { json } from '#protocols/http/answer.ts'
import { namedObject, noQuery, scopeOfKey, urlOfKey } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const backUpKeyOperation = vaultOperation({
  name: 'KeyBackup',
  method: 'POST',
  path: '/keys/{name}/backup',
  permissions: ['key.backUp'],
  scope: scopeOfKey,
  resource: urlOfKey,
  params: namedObject,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { site, params, permit }) {
    const blob = await backUpKey(context, call, { permit: permit('key.backUp'), vault: site.vault.value, name: params.name })
    return json(200, { value: toBase64url(blob) })
  },
})
