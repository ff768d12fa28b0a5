import { json } from '#protocols/http/answer.ts'
import { attributes, flag, jsonBody, tags } from '#protocols/keyvault/bodies.ts'
import { brought } from '#protocols/keyvault/brought-key.ts'
import { importedJwk } from '#protocols/keyvault/jwk.ts'
import { importBytesMax } from '#protocols/keyvault/limits.ts'
import { namedObject, noQuery, scopeOfKey, urlOfKey } from '#protocols/keyvault/params.ts'
import { askedRelease, releasePolicyBody } from '#protocols/keyvault/release.ts'
import { keyBundle } from '#protocols/keyvault/shapes.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const importKeyOperation = vaultOperation({
  name: 'KeyImport',
  method: 'PUT',
  path: '/keys/{name}',
  permissions: ['key.import'],
  scope: scopeOfKey,
  resource: urlOfKey,
  params: namedObject,
  query: noQuery,
  body: {
    json: jsonBody({ key: importedJwk, Hsm: flag, attributes, tags, release_policy: releasePolicyBody }),
    maximumBytes: importBytesMax,
  },
  async handle(context, call, { site, params, body, permit, request }) {
    const hsm = body.key.hsm || body.Hsm === true
    const release = askedRelease(body, { site, request, hsm })
    const { key } = body.key
    const asked = {
      permit: permit('key.import'),
      vault: site.vault.value,
      name: params.name,
      hsm,
      keyOps: body.key.keyOps,
      attributes: body.attributes,
      tags: body.tags,
      release,
    }
    const made = await brought(context, call, { asked, key, site, request })
    return json(200, keyBundle({ site, request }, made))
  },
})
