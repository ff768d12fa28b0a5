import { z } from 'zod'
import { bringUpTenant } from '#domain/identity/new-tenant.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { adminOperation } from '#protocols/admin/site.ts'

const day = 86_400_000
const secretLivesDays = 180

/** One more tenant, with its administrator and a subscription. The secret is in this answer alone. */
export const createTenantOperation = adminOperation({
  name: 'TenantCreate',
  method: 'POST',
  path: '/tenants',
  permissions: ['instance.operate'],
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
  body: {
    json: z.strictObject({
      name: z.string().min(1, 'a name has 1 to 256 characters').max(256, 'a name has 1 to 256 characters'),
      domain: z
        .string()
        .max(200, 'a domain is a DNS name of two labels or more')
        .regex(/^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i, 'a domain is a DNS name of two labels or more')
        .optional(),
    }),
  },
  async handle(context, call, { body, permit }) {
    const expiresAt = call.at + secretLivesDays * day
    const made = await bringUpTenant(context, call, {
      permit: permit('instance.operate'),
      displayName: body.name,
      domain: body.domain,
      secretEndsAt: expiresAt,
    })
    call.resource = `/tenants/${made.tenantId} ${body.name}`
    call.details.set('subscriptionId', made.subscriptionId).set('domain', made.domain).set('appId', made.administrator.clientId)
    return json(201, { ...made, name: body.name, expiresAt })
  },
})
