import { z } from 'zod'
import { groupById } from '#domain/groups/groups.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { addressed } from '#protocols/graph/addressed.ts'
import { anyEntity, objectsAt } from '#protocols/graph/directory-objects.ts'
import { applicationEntity, groupEntity, principalEntity, userEntity } from '#protocols/graph/entities.ts'
import { countAnswer, listQuery } from '#protocols/graph/lists.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { matchingApplications } from './list-applications.ts'
import { matchingPrincipals } from './list-service-principals.ts'
import { matchingUsers } from './list-users.ts'

const declared = {
  method: 'GET',
  permissions: ['directory.read'],
  scope: () => rootScope,
  params: z.object({}),
  query: listQuery,
  body: { none: true },
} as const

export const countUsers = graphOperation({
  ...declared,
  name: 'UserCount',
  path: '/v1.0/users/$count',
  handle: async (context, call, input) =>
    countAnswer({ ...input, entity: userEntity, found: async filter => matchingUsers(context, call, filter) }),
})

export const countGroups = graphOperation({
  ...declared,
  name: 'GroupCount',
  path: '/v1.0/groups/$count',
  async handle(context, call, input) {
    const compartment = compartmentOfGuid(tenantOfCaller(call))
    return countAnswer({
      ...input,
      entity: groupEntity,
      found: async filter => context.groups.all(call, compartment, held => filter.matches(held.value)),
    })
  },
})

export const countApplications = graphOperation({
  ...declared,
  name: 'ApplicationCount',
  path: '/v1.0/applications/$count',
  handle: async (context, call, input) =>
    countAnswer({ ...input, entity: applicationEntity, found: async filter => matchingApplications(context, call, filter) }),
})

export const countServicePrincipals = graphOperation({
  ...declared,
  name: 'ServicePrincipalCount',
  path: '/v1.0/servicePrincipals/$count',
  handle: async (context, call, input) =>
    countAnswer({ ...input, entity: principalEntity, found: async filter => matchingPrincipals(context, call, filter) }),
})

export const countGroupMembers = graphOperation({
  ...declared,
  name: 'GroupMemberCount',
  path: '/v1.0/groups/{id}/members/$count',
  params: addressed,
  async handle(context, call, input) {
    const tenantId = tenantOfCaller(call)
    const { value: group } = await groupById(context, call, { tenantId, id: input.params.id })
    const places = context.identity.memberships.membersOf(group.id).map(({ ord, value }) => ({ ord, id: value.memberId }))
    const found = objectsAt(context, { tenantId, places })
    return countAnswer({ ...input, entity: anyEntity, found: async filter => found.filter(({ value }) => filter.matches(value)) })
  },
})
