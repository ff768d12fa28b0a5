import { z } from 'zod'
import { review } from '#domain/access/review.ts'
import { millis } from '#model/brands.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { adminOperation } from '#protocols/admin/site.ts'

/** Who can do what in which vault, why, and what is to be looked at. Opens nothing. */
export const reviewAccess = adminOperation({
  name: 'AccessReview',
  method: 'POST',
  path: '/access/review',
  permissions: ['instance.read'],
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
  body: {
    json: z.strictObject({
      scope: z.string().min(1).optional(),
      principal: z.string().min(1).optional(),
      action: z.string().min(1).optional(),
      duties: z.boolean().optional(),
      environments: z.string().min(1).optional(),
      unusedDays: z.int().min(1).max(3_650).optional(),
    }),
  },
  async handle(context, call, { site, body: { unusedDays, ...asked } }) {
    const { tenantId } = site.runtime
    const unused =
      unusedDays === undefined ? undefined : { since: millis(call.at - unusedDays * 86_400_000), wordOf: await site.runtime.words() }
    return json(200, { rows: await review(context, call, { tenantId, ...asked, unused }) })
  },
})
