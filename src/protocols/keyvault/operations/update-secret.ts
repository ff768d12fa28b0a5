import { updateSecret } from '#domain/secrets/update-secret.ts'
import { json } from '#protocols/http/answer.ts'
import { contentType, secretTags } from '#protocols/azure/object-bodies.ts'
import { attributes, jsonBody, noValue } from '#protocols/keyvault/bodies.ts'
import { noQuery, scopeOfSecret, urlOfSecret, versionedObject } from '#protocols/keyvault/params.ts'
import { secretBundle } from '#protocols/keyvault/secret-shapes.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const updateSecretOperation = vaultOperation({
  name: 'SecretUpdate',
  method: 'PATCH',
  path: '/secrets/{name}/{version?}',
  permissions: ['secret.update'],
  scope: scopeOfSecret,
  resource: urlOfSecret,
  params: versionedObject,
  query: noQuery,
  body: { json: jsonBody({ value: noValue, contentType, attributes, tags: secretTags }) },
  async handle(context, call, { site, params, body, permit, request }) {
    const updated = await updateSecret(context, call, {
      permit: permit('secret.update'),
      reference: { vault: site.vault.value, ...params },
      contentType: body.contentType,
      attributes: body.attributes,
      tags: body.tags,
    })
    return json(200, secretBundle({ site, request }, updated))
  },
})
