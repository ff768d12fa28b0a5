import { anyQuery, atSubscription, inSubscription } from '#protocols/arm/params.ts'
import { armList } from '#protocols/arm/lists.ts'
import { providerDocument, providers } from '#protocols/arm/providers.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const listProviders = armOperation({
  name: 'ProviderList',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/providers',
  permissions: ['provider.read'],
  params: inSubscription,
  query: anyQuery,
  body: { none: true },
  scope: atSubscription,
  resource: ({ params }) => `/subscriptions/${params.subscriptionId}/providers`,
  async handle(_context, _call, { site, params, request }) {
    const all = Object.values(providers).map(({ namespace }) => providerDocument(params.subscriptionId, namespace))
    return armList(site, request, all)
  },
})
