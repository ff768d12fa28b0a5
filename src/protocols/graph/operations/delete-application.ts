import { applicationById, removeApplication } from '#domain/identity/change-application.ts'
import { ownedScope } from '#domain/identity/owned-scope.ts'
import { addressed, noQuery } from '#protocols/graph/addressed.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { empty } from '#protocols/http/answer.ts'

/** With its principal: tokens of both count no more from the next request on. */
export const deleteApplication = graphOperation({
  name: 'ApplicationDelete',
  method: 'DELETE',
  path: '/v1.0/applications/{id}',
  permissions: ['directory.write'],
  scope: ({ params }) => ownedScope({ set: 'applications', id: params.id }),
  params: addressed,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { params, permit }) {
    const application = await applicationById(context, call, { tenantId: tenantOfCaller(call), id: params.id })
    await removeApplication(context, call, { permit: permit('directory.write'), application })
    call.details.set('appId', application.value.appId)
    return empty(204)
  },
})
