import { sign } from '#domain/keys/sign.ts'
import { toBase64url } from '#protocols/azure/base64url.ts'
import { json } from '#protocols/http/answer.ts'
import { signBody } from '#protocols/keyvault/bodies.ts'
import { noQuery, scopeOfKey, urlOfKey, versionedObject } from '#protocols/keyvault/params.ts'
import { versionUrl } from '#protocols/keyvault/shapes.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const signOperation = vaultOperation({
  name: 'KeySign',
  method: 'POST',
  path: '/keys/{name}/{version?}/sign',
  permissions: ['key.sign'],
  scope: scopeOfKey,
  resource: urlOfKey,
  params: versionedObject,
  query: noQuery,
  body: { json: signBody },
  async handle(context, call, { site, params, body, permit }) {
    const used = await sign(context, call, {
      permit: permit('key.sign'),
      reference: { vault: site.vault.value, ...params },
      algorithm: body.alg,
      digest: body.value,
      context: body.context,
    })
    return json(200, { kid: versionUrl(site, used), value: toBase64url(used.value) })
  },
})
