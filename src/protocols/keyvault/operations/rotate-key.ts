import { rotateKey } from '#domain/keys/rotate-key.ts'
import { json } from '#protocols/http/answer.ts'
import { namedObject, noQuery, scopeOfKey, urlOfKey } from '#protocols/keyvault/params.ts'
import { keyBundle } from '#protocols/keyvault/shapes.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const rotateKeyOperation = vaultOperation({
  name: 'KeyRotate',
  method: 'POST',
  path: '/keys/{name}/rotate',
  permissions: ['key.rotate'],
  scope: scopeOfKey,
  resource: urlOfKey,
  params: namedObject,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { site, params, permit, request }) {
    const made = await rotateKey(context, call, { permit: permit('key.rotate'), vault: site.vault.value, name: params.name })
    return json(200, keyBundle({ site, request }, made))
  },
})
