import { setVault, vaultArmId, vaultScope } from '#domain/resources/set-vault.ts'
import { apiVersionOf, versionDate } from '#protocols/azure/api-version.ts'
import { armJson } from '#protocols/arm/bodies.ts'
import { doneAnswer } from '#protocols/arm/done-answer.ts'
import { anyQuery, ofNewVault } from '#protocols/arm/params.ts'
import { shownVault } from '#protocols/arm/network-shapes.ts'
import { refuseUnmet } from '#protocols/arm/preconditions.ts'
import { armOperation } from '#protocols/arm/site.ts'
import { vaultBody } from '#protocols/arm/vault-bodies.ts'

/** From this version on a vault that does not say goes by RBAC (identity-and-arm.md 3.1). */
const rbacByDefaultFrom = '2026-02-01'

export const putVault = armOperation({
  name: 'VaultPut',
  method: 'PUT',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults/{vault}',
  permissions: ['vault.write'],
  linked: ['roleAssignment.write'],
  params: ofNewVault,
  query: anyQuery,
  body: armJson(vaultBody),
  scope: ({ params }) => vaultScope(params),
  resource: ({ params }) => vaultArmId(params),
  async handle(context, call, { site, params, body, permit, request }) {
    await refuseUnmet(context, call, { request, armId: vaultArmId(params) })
    const { vault, created } = await setVault(context, call, {
      ...params,
      permit: permit('vault.write'),
      mayGiveAccess: () => permit('roleAssignment.write', { on: vaultScope(params) }),
      location: body.location,
      tags: body.tags,
      createMode: body.properties.createMode,
      rbacByDefault: versionDate(apiVersionOf(request)) >= rbacByDefaultFrom,
      settings: body.properties.settings,
    })
    return doneAnswer(
      { site, call, request },
      { status: created ? 201 : 200, held: vault, resource: shownVault({ context, call, site }, vault) },
    )
  },
})
