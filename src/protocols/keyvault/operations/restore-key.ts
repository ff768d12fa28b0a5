import { restoreKey } from '#domain/keys/restore-key.ts'
import { json } from '#protocols/http/answer.ts'
import { restoreBody } from '#protocols/keyvault/bodies.ts'
import { restoreBytesMax } from '#protocols/keyvault/limits.ts'
import { noParams, noQuery, scopeOfVault } from '#protocols/keyvault/params.ts'
import { currentBundle } from '#protocols/keyvault/shapes.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const restoreKeyOperation = vaultOperation({
  name: 'KeyRestore',
  method: 'POST',
  path: '/keys/restore',
  permissions: ['key.restore'],
  // The name is inside the blob: the vault is asked for.
  scope: scopeOfVault,
  params: noParams,
  query: noQuery,
  body: { json: restoreBody, maximumBytes: restoreBytesMax },
  async handle(context, call, { site, body, permit, request }) {
    const key = await restoreKey(context, call, { permit: permit('key.restore'), vault: site.vault.value, blob: body.value })
    return json(200, currentBundle({ site, request }, key))
  },
})
