import { secretAsPem } from '#domain/certificates/secret-as-pem.ts'
import { getSecret } from '#domain/secrets/get-secret.ts'
import { json } from '#protocols/http/answer.ts'
import { convertsToPem, outContentTypeQuery } from '#protocols/keyvault/out-content-type.ts'
import { scopeOfSecret, urlOfSecret, versionedObject } from '#protocols/keyvault/params.ts'
import { bundleWithValue } from '#protocols/keyvault/secret-shapes.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const getSecretOperation = vaultOperation({
  name: 'SecretGet',
  method: 'GET',
  path: '/secrets/{name}/{version?}',
  permissions: ['secret.get'],
  scope: scopeOfSecret,
  resource: urlOfSecret,
  params: versionedObject,
  query: outContentTypeQuery,
  body: { none: true },
  async handle(context, call, { site, params, query, permit, request }) {
    const found = await getSecret(context, call, { permit: permit('secret.get'), reference: { vault: site.vault.value, ...params } })
    const shown = convertsToPem(query.outContentType, found) ? await secretAsPem(context, call, found) : found
    return json(200, bundleWithValue({ site, request }, shown))
  },
})
