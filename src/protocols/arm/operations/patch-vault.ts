import { updateVault, vaultArmId, vaultScope } from '#domain/resources/set-vault.ts'
import { json } from '#protocols/http/answer.ts'
import { armJson } from '#protocols/arm/bodies.ts'
import { anyQuery, ofVault } from '#protocols/arm/params.ts'
import { shownVault } from '#protocols/arm/network-shapes.ts'
import { etagOf, refuseUnmet } from '#protocols/arm/preconditions.ts'
import { armOperation } from '#protocols/arm/site.ts'
import { vaultPatch } from '#protocols/arm/vault-bodies.ts'

export const patchVault = armOperation({
  name: 'VaultUpdate',
  method: 'PATCH',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults/{vault}',
  permissions: ['vault.write'],
  linked: ['roleAssignment.write'],
  params: ofVault,
  query: anyQuery,
  body: armJson(vaultPatch),
  scope: ({ params }) => vaultScope(params),
  resource: ({ params }) => vaultArmId(params),
  async handle(context, call, { site, params, body, permit, request }) {
    await refuseUnmet(context, call, { request, armId: vaultArmId(params) })
    const vault = await updateVault(context, call, {
      ...params,
      permit: permit('vault.write'),
      mayGiveAccess: () => permit('roleAssignment.write', { on: vaultScope(params) }),
      tags: body.tags,
      settings: body.properties?.settings ?? {},
    })
    return json(200, shownVault({ context, call, site }, vault), etagOf(vault))
  },
})
