import { z } from 'zod'
import { changeAccessPolicies as change, vaultArmId, vaultScope } from '#domain/resources/set-vault.ts'
import { json } from '#protocols/http/answer.ts'
import { armJson, wordOf } from '#protocols/arm/bodies.ts'
import { anyQuery, group, subscriptionId, vault } from '#protocols/arm/params.ts'
import { armOperation } from '#protocols/arm/site.ts'
import { accessPoliciesBody } from '#protocols/arm/vault-bodies.ts'

export const changeAccessPolicies = armOperation({
  name: 'VaultAccessPoliciesPut',
  method: 'PUT',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults/{vault}/accessPolicies/{how}',
  permissions: ['vault.writePolicies'],
  linked: ['roleAssignment.write'],
  params: z
    .object({ subscriptionId, group, vault, how: wordOf(['add', 'replace', 'remove']) })
    .transform(({ vault, ...rest }) => ({ ...rest, name: vault })),
  query: anyQuery,
  body: armJson(accessPoliciesBody),
  scope: ({ params }) => vaultScope(params),
  resource: ({ params }) => vaultArmId(params),
  async handle(context, call, { params, body, permit }) {
    const { accessPolicies } = body.properties
    const { value } = await change(context, call, {
      ...params,
      permit: permit('vault.writePolicies'),
      mayGiveAccess: () => permit('roleAssignment.write', { on: vaultScope(params) }),
      policies: accessPolicies,
    })
    return json(200, {
      id: `${value.id}/accessPolicies/`,
      type: 'Microsoft.KeyVault/vaults/accessPolicies',
      location: value.location,
      properties: { accessPolicies: value.accessPolicies },
    })
  },
})
