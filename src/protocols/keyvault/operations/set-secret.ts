import { SecretBytes } from '#model/secret-bytes.ts'
import { setSecret } from '#domain/secrets/set-secret.ts'
import { json } from '#protocols/http/answer.ts'
import { contentType, secretTags, secretValue } from '#protocols/azure/object-bodies.ts'
import { attributes, jsonBody } from '#protocols/keyvault/bodies.ts'
import { setBytesMax } from '#protocols/keyvault/limits.ts'
import { namedObject, noQuery, scopeOfSecret, urlOfSecret } from '#protocols/keyvault/params.ts'
import { bundleWithValue } from '#protocols/keyvault/secret-shapes.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const setSecretOperation = vaultOperation({
  name: 'SecretSet',
  method: 'PUT',
  path: '/secrets/{name}',
  permissions: ['secret.set'],
  scope: scopeOfSecret,
  resource: urlOfSecret,
  params: namedObject,
  query: noQuery,
  body: { json: jsonBody({ value: secretValue, contentType, attributes, tags: secretTags }), maximumBytes: setBytesMax },
  async handle(context, call, { site, params, body, permit, request }) {
    const value = new SecretBytes(body.value)
    call.defer(value)
    const made = await setSecret(context, call, {
      permit: permit('secret.set'),
      vault: site.vault.value,
      name: params.name,
      value: value.bytes,
      contentType: body.contentType,
      attributes: body.attributes,
      tags: body.tags,
    })
    return json(200, bundleWithValue({ site, request }, { ...made, value }))
  },
})
