import { getDeletedSecret } from '#domain/secrets/get-secret.ts'
import { json } from '#protocols/http/answer.ts'
import { namedObject, noQuery, scopeOfSecret, urlOfDeletedSecret } from '#protocols/keyvault/params.ts'
import { deletedSecretBundle } from '#protocols/keyvault/secret-shapes.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const getDeletedSecretOperation = vaultOperation({
  name: 'SecretGetDeleted',
  method: 'GET',
  path: '/deletedsecrets/{name}',
  permissions: ['secret.readDeleted'],
  scope: scopeOfSecret,
  resource: urlOfDeletedSecret,
  params: namedObject,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { site, params, permit, request }) {
    const secret = await getDeletedSecret(context, call, {
      permit: permit('secret.readDeleted'),
      vault: site.vault.value,
      name: params.name,
    })
    return json(200, deletedSecretBundle({ site, request }, secret))
  },
})
