import { applicationById, changeApplication } from '#domain/identity/change-application.ts'
import { ownedScope } from '#domain/identity/owned-scope.ts'
import { addressed, noQuery } from '#protocols/graph/addressed.ts'
import { applicationPatch, changeOf } from '#protocols/graph/shapes.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { empty } from '#protocols/http/answer.ts'

/** `keyCredentials` are replaced as a whole; what is not given stays. */
export const updateApplication = graphOperation({
  name: 'ApplicationUpdate',
  method: 'PATCH',
  path: '/v1.0/applications/{id}',
  permissions: ['directory.write'],
  scope: ({ params }) => ownedScope({ set: 'applications', id: params.id }),
  params: addressed,
  query: noQuery,
  body: { json: applicationPatch, maximumBytes: 1024 * 1024 },
  async handle(context, call, { params, body, permit }) {
    const application = await applicationById(context, call, { tenantId: tenantOfCaller(call), id: params.id })
    changeApplication(context, call, { permit: permit('directory.write'), application, change: changeOf(body, application.value.api) })
    call.details.set('appId', application.value.appId).set('members', Object.keys(body).sort().join(' '))
    return empty(204)
  },
})
