import { json } from '#protocols/http/answer.ts'
import { anyQuery, atSubscription, ofProvider } from '#protocols/arm/params.ts'
import { providerDocument } from '#protocols/arm/providers.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const getProvider = armOperation({
  name: 'ProviderGet',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/providers/{namespace}',
  permissions: ['provider.read'],
  params: ofProvider,
  query: anyQuery,
  body: { none: true },
  scope: atSubscription,
  resource: ({ params }) => `/subscriptions/${params.subscriptionId}/providers/${params.namespace}`,
  async handle(_context, _call, { params }) {
    return json(200, providerDocument(params.subscriptionId, params.namespace))
  },
})
