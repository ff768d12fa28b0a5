import { z } from 'zod'
import { json } from '#protocols/http/answer.ts'
import { parseActivityFilter, placeOfFilter } from '#protocols/arm/activity-filter.ts'
import { activityIn } from '#protocols/arm/activity-log.ts'
import { pageAnswer, pageAsked } from '#protocols/arm/lists.ts'
import { inSubscription } from '#protocols/arm/params.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** What was done on the management plane, newest first: the audit's own rows, as the activity log tells them. */
export const listActivity = armOperation({
  name: 'ActivityLogList',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/providers/Microsoft.Insights/eventtypes/management/values',
  permissions: 'authenticated',
  linked: ['activity.read'],
  params: inSubscription,
  query: z.object({
    $filter: z.string().max(2_048).optional(),
    $select: z.string().max(1_024).optional(),
    $skiptoken: z.string().optional(),
  }),
  body: { none: true },
  resource: ({ params }) => `/subscriptions/${params.subscriptionId}/providers/Microsoft.Insights/eventtypes/management`,
  async handle(context, call, { site, params, query, permit, request }) {
    const { subscriptionId } = params
    const scope = placeOfFilter(subscriptionId, query.$filter)
    permit('activity.read', { on: scope })
    const filter = parseActivityFilter(subscriptionId, query.$filter)
    const { after: before, limit } = pageAsked({ site, request })
    const actionOf = (name: string): string | undefined => site.actionOf(name)
    const { events, more } = await activityIn(context, call, {
      ...filter,
      subscriptionId,
      scope,
      before,
      limit,
      select: query.$select,
      actionOf,
    })
    return pageAnswer({ site, request }, { value: events.map(({ event }) => event), last: more ? events.at(-1)?.key : undefined })
  },
})

/** Categories that there are: one. */
export const listActivityCategories = armOperation({
  name: 'ActivityCategoryList',
  method: 'GET',
  path: '/providers/Microsoft.Insights/eventcategories',
  permissions: 'authenticated',
  params: z.object({}),
  query: z.object({}),
  body: { none: true },
  resource: () => '/providers/Microsoft.Insights/eventcategories',
  async handle() {
    return json(200, { value: [{ value: 'Administrative', localizedValue: 'Administrative' }] })
  },
})
