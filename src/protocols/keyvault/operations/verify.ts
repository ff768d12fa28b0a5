import { verify } from '#domain/keys/verify.ts'
import { json } from '#protocols/http/answer.ts'
import { verifyBody } from '#protocols/keyvault/bodies.ts'
import { noQuery, scopeOfKey, urlOfKey, versionedObject } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const verifyOperation = vaultOperation({
  name: 'KeyVerify',
  method: 'POST',
  path: '/keys/{name}/{version?}/verify',
  permissions: ['key.verify'],
  scope: scopeOfKey,
  resource: urlOfKey,
  params: versionedObject,
  query: noQuery,
  body: { json: verifyBody },
  async handle(context, call, { site, params, body, permit }) {
    const good = await verify(context, call, {
      permit: permit('key.verify'),
      reference: { vault: site.vault.value, ...params },
      algorithm: body.alg,
      digest: body.digest,
      context: body.context,
      signature: body.value,
    })
    return json(200, { value: good })
  },
})
