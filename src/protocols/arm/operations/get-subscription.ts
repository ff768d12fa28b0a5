import { compartmentOfGuid } from '#domain/instance.ts'
import { Problem } from '#model/problem.ts'
import { json } from '#protocols/http/answer.ts'
import { anyQuery, atSubscription, inSubscription } from '#protocols/arm/params.ts'
import { subscriptionShape } from '#protocols/arm/shapes.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const getSubscription = armOperation({
  name: 'SubscriptionGet',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}',
  permissions: ['subscription.read'],
  params: inSubscription,
  query: anyQuery,
  body: { none: true },
  scope: atSubscription,
  resource: ({ params }) => `/subscriptions/${params.subscriptionId}`,
  async handle(context, call, { params }) {
    const id = params.subscriptionId
    const held = await context.subscriptions.get(call, compartmentOfGuid(id), [id])
    if (held === undefined) throw new Problem({ code: 'SubscriptionNotFound', details: { id } })
    return json(200, subscriptionShape(held.value))
  },
})
