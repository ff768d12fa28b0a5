import { compartmentOfGuid } from '#domain/instance.ts'
import { subscriptionScope } from '#domain/resources/scopes.ts'
import { Problem } from '#model/problem.ts'
import { json } from '#protocols/http/answer.ts'
import { anyQuery, inSubscription } from '#protocols/arm/params.ts'
import { admitAround } from '#protocols/arm/readers.ts'
import { subscriptionShape } from '#protocols/arm/shapes.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** To whoever has a role in it or below, as the list of subscriptions shows it. */
export const getSubscription = armOperation({
  name: 'SubscriptionGet',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}',
  permissions: 'authenticated',
  linked: ['subscription.read'],
  params: inSubscription,
  query: anyQuery,
  body: { none: true },
  resource: ({ params }) => `/subscriptions/${params.subscriptionId}`,
  async handle(context, call, { params, permit }) {
    const id = params.subscriptionId
    admitAround(context, call, { ask: permit, permission: 'subscription.read', on: subscriptionScope(id) })
    const held = await context.subscriptions.get(call, compartmentOfGuid(id), [id])
    if (held === undefined) throw new Problem({ code: 'SubscriptionNotFound', details: { id } })
    return json(200, subscriptionShape(held.value))
  },
})
