import { z } from 'zod'
import { addPassword, createApplication } from '#domain/identity/directory.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { adminOperation } from '#protocols/admin/site.ts'

const day = 86_400_000

/** An application with its principal and one secret, shown once. A name may be there twice, as in Entra. */
export const addApplication = adminOperation({
  name: 'ApplicationAdd',
  method: 'POST',
  path: '/applications',
  permissions: ['directory.write'],
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
  body: {
    json: z.strictObject({
      name: z.string().min(1, 'name is 1 to 256 characters').max(256, 'name is 1 to 256 characters'),
      days: z.number().int().min(1, 'days is 1 to 730').max(730, 'days is 1 to 730').optional(),
    }),
  },
  async handle(context, call, { site, body }) {
    const { tenantId } = site.runtime
    const { application, servicePrincipal } = await createApplication(context, call, { tenantId, displayName: body.name })
    const endAt = call.at + (body.days ?? 180) * day
    const { secretText } = await addPassword(context, call, application, { displayName: 'keystead app add', endAt })
    call.resource = `/tenants/${tenantId}/applications/${application.value.id} ${body.name}`
    call.details.set('appId', application.value.appId).set('oid', servicePrincipal.value.id)
    return json(201, {
      name: body.name,
      clientId: application.value.appId,
      clientSecret: secretText,
      objectId: servicePrincipal.value.id,
      expiresAt: endAt,
    })
  },
})
