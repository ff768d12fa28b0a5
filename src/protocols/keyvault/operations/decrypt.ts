import { decrypt } from '#domain/keys/decrypt.ts'
import { toBase64url } from '#protocols/azure/base64url.ts'
import { json } from '#protocols/http/answer.ts'
import { cipherInput, encryptionBody } from '#protocols/keyvault/bodies.ts'
import { noQuery, scopeOfKey, urlOfKey, versionedObject } from '#protocols/keyvault/params.ts'
import { versionUrl } from '#protocols/keyvault/shapes.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const decryptOperation = vaultOperation({
  name: 'KeyDecrypt',
  method: 'POST',
  path: '/keys/{name}/{version?}/decrypt',
  permissions: ['key.decrypt'],
  scope: scopeOfKey,
  resource: urlOfKey,
  params: versionedObject,
  query: noQuery,
  body: { json: encryptionBody },
  async handle(context, call, { site, params, body, permit }) {
    const used = await decrypt(context, call, {
      permit: permit('key.decrypt'),
      reference: { vault: site.vault.value, ...params },
      algorithm: body.alg,
      ...cipherInput(body),
    })
    using value = used.value
    return json(200, { kid: versionUrl(site, used), value: toBase64url(value.bytes) })
  },
})
