import { SecretBytes } from '#model/secret-bytes.ts'
import { encrypt } from '#domain/keys/encrypt.ts'
import { json } from '#protocols/http/answer.ts'
import { cipherInput, encryptionBody } from '#protocols/keyvault/bodies.ts'
import { noQuery, scopeOfKey, urlOfKey, versionedObject } from '#protocols/keyvault/params.ts'
import { cipherAnswer } from '#protocols/keyvault/shapes.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const encryptOperation = vaultOperation({
  name: 'KeyEncrypt',
  method: 'POST',
  path: '/keys/{name}/{version?}/encrypt',
  permissions: ['key.encrypt'],
  scope: scopeOfKey,
  resource: urlOfKey,
  params: versionedObject,
  query: noQuery,
  body: { json: encryptionBody },
  async handle(context, call, { site, params, body, permit }) {
    call.defer(new SecretBytes(body.value))
    const used = await encrypt(context, call, {
      permit: permit('key.encrypt'),
      reference: { vault: site.vault.value, ...params },
      algorithm: body.alg,
      ...cipherInput(body),
    })
    return json(200, cipherAnswer(site, { ...used, aad: body.aad }))
  },
})
