import { z } from 'zod'
import { visibleSubscriptions } from '#domain/resources/visible.ts'
import { json } from '#protocols/http/answer.ts'
import { subscriptionShape } from '#protocols/arm/shapes.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const listSubscriptions = armOperation({
  name: 'SubscriptionList',
  method: 'GET',
  path: '/subscriptions',
  permissions: 'authenticated',
  params: z.object({}),
  query: z.object({}),
  body: { none: true },
  async handle(context, call) {
    const value = (await visibleSubscriptions(context, call)).map(held => subscriptionShape(held.value))
    return json(200, { value, count: { type: 'Total', value: value.length } })
  },
})
