import { deleteVault as softDelete } from '#domain/resources/delete-vault.ts'
import { vaultByArmId } from '#domain/resources/find-vault.ts'
import { vaultArmId, vaultScope } from '#domain/resources/set-vault.ts'
import { empty } from '#protocols/http/answer.ts'
import { anyQuery, ofVault } from '#protocols/arm/params.ts'
import { refuseUnmet } from '#protocols/arm/preconditions.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** 200, and 204 where there is none. */
export const deleteVault = armOperation({
  name: 'VaultDelete',
  method: 'DELETE',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults/{vault}',
  permissions: ['vault.delete'],
  params: ofVault,
  query: anyQuery,
  body: { none: true },
  scope: ({ params }) => vaultScope(params),
  resource: ({ params }) => vaultArmId(params),
  async handle(context, call, { params, permit, request }) {
    await refuseUnmet(context, call, { request, armId: vaultArmId(params) })
    const vault = await vaultByArmId(context, call, vaultArmId(params))
    if (vault === undefined) return empty(204)
    await softDelete(context, call, { permit: permit('vault.delete'), vault })
    return empty(200)
  },
})
