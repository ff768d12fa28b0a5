import { startGroupDeletion } from '#domain/resources/delete-group.ts'
import { groupNamed } from '#domain/resources/groups.ts'
import { groupArmId } from '#domain/resources/scopes.ts'
import { apiVersionOf } from '#protocols/azure/api-version.ts'
import { acceptedAnswer } from '#protocols/arm/answers.ts'
import { anyQuery, atGroup, inGroup } from '#protocols/arm/params.ts'
import { refuseUnmet } from '#protocols/arm/preconditions.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** Accepted: a job empties it; `Location` answers 202 until it is gone. */
export const deleteGroup = armOperation({
  name: 'ResourceGroupDelete',
  method: 'DELETE',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}',
  permissions: ['group.delete'],
  params: inGroup,
  query: anyQuery,
  body: { none: true },
  scope: atGroup,
  resource: ({ params }) => groupArmId(params.subscriptionId, params.group),
  async handle(context, call, { site, params, permit, request }) {
    await refuseUnmet(context, call, { request, armId: groupArmId(params.subscriptionId, params.group) })
    const group = await groupNamed(context, call, params)
    const job = await startGroupDeletion(context, call, { permit: permit('group.delete'), group })
    return acceptedAnswer(site, {
      subscriptionId: params.subscriptionId,
      provider: 'Microsoft.Resources',
      location: group.value.location,
      id: job.value.id,
      apiVersion: apiVersionOf(request),
    })
  },
})
