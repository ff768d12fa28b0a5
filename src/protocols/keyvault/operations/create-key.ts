import { createKey } from '#domain/keys/create-key.ts'
import { json } from '#protocols/http/answer.ts'
import { attributes, integer, jsonBody, keyOps, createdType, publicExponent, tags, text } from '#protocols/keyvault/bodies.ts'
import { namedObject, noQuery, scopeOfKey, urlOfKey } from '#protocols/keyvault/params.ts'
import { askedRelease, releasePolicyBody } from '#protocols/keyvault/release.ts'
import { keyBundle } from '#protocols/keyvault/shapes.ts'
import { createdKind } from '#protocols/keyvault/created-kind.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const createKeyOperation = vaultOperation({
  name: 'KeyCreate',
  method: 'POST',
  path: '/keys/{name}/create',
  permissions: ['key.create'],
  scope: scopeOfKey,
  resource: urlOfKey,
  params: namedObject,
  query: noQuery,
  body: {
    json: jsonBody({
      kty: createdType,
      key_size: integer,
      crv: text,
      alg: text,
      public_exponent: publicExponent,
      key_ops: keyOps,
      attributes,
      tags,
      release_policy: releasePolicyBody,
    }),
  },
  async handle(context, call, { site, params, body, permit, request }) {
    const kind = createdKind(body, request)
    const release = askedRelease(body, { site, request, hsm: kind.hsm })
    const made = await createKey(context, call, {
      permit: permit('key.create'),
      vault: site.vault.value,
      name: params.name,
      kind,
      keyOps: body.key_ops,
      attributes: body.attributes,
      tags: body.tags,
      release,
    })
    return json(200, keyBundle({ site, request }, made))
  },
})
