import { z } from 'zod'
import { changeApplication } from '#domain/identity/change-application.ts'
import { ownersOfNew } from '#domain/identity/change-principal.ts'
import { makeApplication } from '#domain/identity/directory.ts'
import { newOwners } from '#domain/identity/owners.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { noQuery } from '#protocols/graph/addressed.ts'
import { applicationEntity } from '#protocols/graph/entities.ts'
import { madeAnswer } from '#protocols/graph/lists.ts'
import { applicationIn, changeOf } from '#protocols/graph/shapes.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'

/** The application alone: its principal is made by `POST /servicePrincipals`. */
export const createApplication = graphOperation({
  name: 'ApplicationCreate',
  method: 'POST',
  path: '/v1.0/applications',
  permissions: ['directory.create'],
  scope: () => rootScope,
  params: z.object({}),
  query: noQuery,
  body: { json: applicationIn },
  async handle(context, call, { site, body, permit }) {
    const tenantId = tenantOfCaller(call)
    const bound = await newOwners(context, call, { tenantId, ids: body['owners@odata.bind'] ?? [] })
    const owners = [...new Set([...ownersOfNew(context, call), ...bound])]
    const made = makeApplication(context, call, { tenantId, displayName: body.displayName, owners })
    const { value } = changeApplication(context, call, { permit: permit('directory.create'), application: made, change: changeOf(body) })
    call.resource = `${site.baseUrl}/v1.0/applications/${value.id}`
    call.details.set('appId', value.appId).set('displayName', value.displayName)
    return madeAnswer(site, applicationEntity, value)
  },
})
