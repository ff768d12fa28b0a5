import { deletedVaultNamed, deletedVaultScope } from '#domain/resources/delete-vault.ts'
import { json } from '#protocols/http/answer.ts'
import { deletedVaultId, deletedVaultPath, ofDeletedVault } from '#protocols/arm/deleted-vault-path.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { deletedVaultShape } from '#protocols/arm/shapes.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const getDeletedVault = armOperation({
  name: 'DeletedVaultGet',
  method: 'GET',
  path: deletedVaultPath,
  permissions: ['vault.readDeleted'],
  params: ofDeletedVault,
  query: anyQuery,
  body: { none: true },
  scope: ({ params }) => deletedVaultScope(params),
  resource: ({ params }) => deletedVaultId(params),
  async handle(context, call, { params }) {
    return json(200, deletedVaultShape(await deletedVaultNamed(context, call, params)))
  },
})
