import { updateKey } from '#domain/keys/update-key.ts'
import { json } from '#protocols/http/answer.ts'
import { attributes, jsonBody, keyOps, tags } from '#protocols/keyvault/bodies.ts'
import { noQuery, scopeOfKey, urlOfKey, versionedObject } from '#protocols/keyvault/params.ts'
import { changedRelease, releasePolicyBody } from '#protocols/keyvault/release.ts'
import { keyBundle } from '#protocols/keyvault/shapes.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const updateKeyOperation = vaultOperation({
  name: 'KeyUpdate',
  method: 'PATCH',
  path: '/keys/{name}/{version?}',
  permissions: ['key.update'],
  scope: scopeOfKey,
  resource: urlOfKey,
  params: versionedObject,
  query: noQuery,
  body: { json: jsonBody({ key_ops: keyOps, attributes, tags, release_policy: releasePolicyBody }) },
  async handle(context, call, { site, params, body, permit, request }) {
    const release = changedRelease(body, params.version)
    const updated = await updateKey(context, call, {
      permit: permit('key.update'),
      reference: { vault: site.vault.value, ...params },
      keyOps: body.key_ops,
      attributes: body.attributes,
      tags: body.tags,
      release,
      exportable: body.attributes?.exportable,
    })
    return json(200, keyBundle({ site, request }, updated))
  },
})
