import { json } from '#protocols/http/answer.ts'
import { anyQuery, atSubscription, ofProvider } from '#protocols/arm/params.ts'
import { providerDocument } from '#protocols/arm/providers.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** Every provider is there always, so taking it back and registering it both answer what is. */
const registration = (name: string, action: 'register' | 'unregister') =>
  armOperation({
    name,
    method: 'POST',
    path: `/subscriptions/{subscriptionId}/providers/{namespace}/${action}`,
    permissions: [`provider.${action}`],
    params: ofProvider,
    query: anyQuery,
    body: { none: true },
    scope: atSubscription,
    resource: ({ params }) => `/subscriptions/${params.subscriptionId}/providers/${params.namespace}`,
    async handle(_context, _call, { params }) {
      return json(200, providerDocument(params.subscriptionId, params.namespace))
    },
  })

export const registerProvider = registration('ProviderRegister', 'register')
export const unregisterProvider = registration('ProviderUnregister', 'unregister')
