import { z } from 'zod'
import { hierarchyOf } from '#domain/seal/hierarchy.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { adminOperation } from '#protocols/admin/site.ts'

/** What opens what, from the seals down to the keys that records are sealed under. No key, and nothing of one. */
export const showHierarchy = adminOperation({
  name: 'HierarchyShow',
  method: 'GET',
  path: '/hierarchy',
  permissions: ['instance.read'],
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
  body: { none: true },
  async handle(context, _call, { site, permit }) {
    const { seals } = site.runtime.seals.list()
    return json(200, { seals, root: site.runtime.rootKey.standing(), compartments: hierarchyOf(context, permit('instance.read')) })
  },
})
