import { importKey } from '#domain/keys/import-key.ts'
import { importSymmetricKey } from '#domain/keys/import-symmetric-key.ts'
import { importWrappedKey } from '#domain/keys/import-wrapped-key.ts'
import { json } from '#protocols/http/answer.ts'
import { attributes, flag, jsonBody, presence, tags } from '#protocols/keyvault/bodies.ts'
import { importedJwk } from '#protocols/keyvault/jwk.ts'
import { importBytesMax } from '#protocols/keyvault/limits.ts'
import { namedObject, noQuery, scopeOfKey, urlOfKey } from '#protocols/keyvault/params.ts'
import { refuseExportable } from '#protocols/keyvault/release.ts'
import { keyBundle } from '#protocols/keyvault/shapes.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'
import { wrappedFor } from '#protocols/keyvault/wrapped-key.ts'

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
    json: jsonBody({ key: importedJwk, Hsm: flag, attributes, tags, release_policy: presence }),
    maximumBytes: importBytesMax,
  },
  async handle(context, call, { site, params, body, permit, request }) {
    const hsm = body.key.hsm || body.Hsm === true
    refuseExportable(body, { site, request, hsm })
    const { key } = body.key
    const asked = {
      permit: permit('key.import'),
      vault: site.vault.value,
      name: params.name,
      hsm,
      keyOps: body.key.keyOps,
      attributes: body.attributes,
      tags: body.tags,
    }
    const made =
      'jwk' in key
        ? await importKey(context, call, { ...asked, ...key })
        : 'secret' in key
          ? await importSymmetricKey(context, call, { ...asked, ...key })
          : await importWrappedKey(context, call, { ...asked, ...key, wrapped: wrappedFor(site, key.wrapped) })
    return json(200, keyBundle({ site, request }, made))
  },
})
