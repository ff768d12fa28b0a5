import { z } from 'zod'
import { vaultNameAvailability } from '#domain/resources/vault-names.ts'
import { json } from '#protocols/http/answer.ts'
import { armJson } from '#protocols/arm/bodies.ts'
import { anyQuery, atSubscription, inSubscription } from '#protocols/arm/params.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const checkVaultName = armOperation({
  name: 'VaultNameCheck',
  method: 'POST',
  path: '/subscriptions/{subscriptionId}/providers/Microsoft.KeyVault/checkNameAvailability',
  permissions: ['vault.checkName'],
  params: inSubscription,
  query: anyQuery,
  body: armJson(
    z.object({
      name: z.string('name must be a string'),
      type: z.string().regex(/^Microsoft\.KeyVault\/vaults$/i, 'type must be Microsoft.KeyVault/vaults'),
    }),
  ),
  scope: atSubscription,
  resource: ({ params }) => `/subscriptions/${params.subscriptionId}/providers/Microsoft.KeyVault/checkNameAvailability`,
  async handle(context, call, { body }) {
    return json(200, await vaultNameAvailability(context, call, body.name))
  },
})
