import { recoverKey } from '#domain/keys/recover-key.ts'
import { json } from '#protocols/http/answer.ts'
import { namedObject, noQuery, scopeOfKey, urlOfDeletedKey } from '#protocols/keyvault/params.ts'
import { currentBundle } from '#protocols/keyvault/shapes.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const recoverKeyOperation = vaultOperation({
  name: 'KeyRecover',
  method: 'POST',
  path: '/deletedkeys/{name}/recover',
  permissions: ['key.recover'],
  scope: scopeOfKey,
  resource: urlOfDeletedKey,
  params: namedObject,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { site, params, permit, request }) {
    const key = await recoverKey(context, call, { permit: permit('key.recover'), vault: site.vault.value, name: params.name })
    return json(200, currentBundle({ site, request }, key))
  },
})
