import { z } from 'zod'
import { json } from '#protocols/http/answer.ts'
import { anyQuery, atSubscription, subscriptionId } from '#protocols/arm/params.ts'
import { providerDocument } from '#protocols/arm/providers.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** Registering and taking it back: every provider is there always, so both answer what is. */
export const registerProvider = armOperation({
  name: 'ProviderRegister',
  method: 'POST',
  path: '/subscriptions/{subscriptionId}/providers/{namespace}/{action}',
  permissions: ['provider.register'],
  params: z.object({
    subscriptionId,
    namespace: z.string().regex(/^[A-Za-z][\w.]{0,99}$/, 'The resource namespace is invalid.'),
    action: z.string().regex(/^(?:un)?register$/i, 'The action is register or unregister.'),
  }),
  query: anyQuery,
  body: { none: true },
  scope: atSubscription,
  resource: ({ params }) => `/subscriptions/${params.subscriptionId}/providers/${params.namespace}`,
  async handle(_context, _call, { params }) {
    return json(200, providerDocument(params.subscriptionId, params.namespace))
  },
})
