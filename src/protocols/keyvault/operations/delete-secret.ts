import { deleteSecret } from '#domain/secrets/delete-secret.ts'
import { json } from '#protocols/http/answer.ts'
import { namedObject, noQuery, scopeOfSecret, urlOfSecret } from '#protocols/keyvault/params.ts'
import { deletedSecretBundle } from '#protocols/keyvault/secret-shapes.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const deleteSecretOperation = vaultOperation({
  name: 'SecretDelete',
  method: 'DELETE',
  path: '/secrets/{name}',
  permissions: ['secret.delete'],
  scope: scopeOfSecret,
  resource: urlOfSecret,
  params: namedObject,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { site, params, permit, request }) {
    const secret = await deleteSecret(context, call, { permit: permit('secret.delete'), vault: site.vault.value, name: params.name })
    return json(200, deletedSecretBundle({ site, request }, secret))
  },
})
