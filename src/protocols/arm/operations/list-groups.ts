import { compartmentOfGuid } from '#domain/instance.ts'
import { mayRead } from '#domain/resources/visible.ts'
import { parseFilter, refuseTerm, type FilterTerm } from '#protocols/azure/odata-filter.ts'
import { armList, listQuery } from '#protocols/arm/lists.ts'
import { inSubscription } from '#protocols/arm/params.ts'
import { groupShape } from '#protocols/arm/shapes.ts'
import { armOperation } from '#protocols/arm/site.ts'
import { tagged } from '#protocols/arm/tag-filter.ts'

const isTagTerm = (term: FilterTerm): boolean => 'name' in term && (term.name === 'tagname' || term.name === 'tagvalue')

/** The groups that the caller may read; `$filter=tagName eq '…' and tagValue eq '…'`. */
export const listGroups = armOperation({
  name: 'ResourceGroupList',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/resourceGroups',
  permissions: 'authenticated',
  params: inSubscription,
  query: listQuery,
  body: { none: true },
  resource: ({ params }) => `/subscriptions/${params.subscriptionId}/resourceGroups`,
  async handle(context, call, { site, params, query, request }) {
    const terms = parseFilter(query.$filter)
    if (!terms.every(isTagTerm)) refuseTerm()
    const groups = context.resourceGroups.all(
      call,
      compartmentOfGuid(params.subscriptionId),
      ({ value }) => mayRead(context, call, { permission: 'group.read', on: value.scope }) && tagged(value.tags, terms),
    )
    return armList(site, request, groups.map(groupShape))
  },
})
