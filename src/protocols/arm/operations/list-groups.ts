import { compartmentOfGuid } from '#domain/instance.ts'
import { subscriptionScope } from '#domain/resources/scopes.ts'
import { parseFilter, refuseTerm, type FilterTerm } from '#protocols/azure/odata-filter.ts'
import { armList, listQuery } from '#protocols/arm/lists.ts'
import { inSubscription } from '#protocols/arm/params.ts'
import { readableIn } from '#protocols/arm/readers.ts'
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
  linked: ['group.read'],
  params: inSubscription,
  query: listQuery,
  body: { none: true },
  resource: ({ params }) => `/subscriptions/${params.subscriptionId}/resourceGroups`,
  async handle(context, call, { site, params, query, permit, request }) {
    const terms = parseFilter(query.$filter)
    if (!terms.every(isTagTerm)) refuseTerm()
    const on = subscriptionScope(params.subscriptionId)
    const readable = readableIn(context, call, { ask: permit, permission: 'group.read', on })
    const groups = context.resourceGroups.all(
      call,
      compartmentOfGuid(params.subscriptionId),
      held => readable(held) && tagged(held.value.tags, terms),
    )
    return armList(site, request, groups.map(groupShape))
  },
})
