import { z } from 'zod'
import { Problem } from '#model/problem.ts'
import { namedTenant } from '#domain/identity/find-tenant.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { adminOperation } from '#protocols/admin/site.ts'
import { json } from '#protocols/http/answer.ts'

/** May clients show users' passwords themselves, instead of the sign-in page? Off unless somebody says so here. */
export const setPasswordGrant = adminOperation({
  name: 'TenantSetPasswordGrant',
  method: 'POST',
  path: '/tenant/password-grant',
  permissions: ['directory.write'],
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
  body: {
    json: z.strictObject({ enabled: z.boolean(), tenant: z.string().max(256, 'a tenant is named by its id or a domain').optional() }),
  },
  async handle(context, call, { site, body }) {
    const { tenantId } = body.tenant === undefined ? site.runtime : namedTenant(context, body.tenant).value
    const tenant = await context.tenants.get(call, compartmentOfGuid(tenantId), [tenantId])
    if (tenant === undefined) throw new Problem({ code: 'TenantNotFound', details: { tenant: tenantId } })
    context.tenants.update(call, tenant, { ...tenant.value, passwordGrant: body.enabled })
    call.resource = `/tenants/${tenantId}`
    call.details.set('passwordGrant', body.enabled.toString())
    return json(200, { tenantId, passwordGrant: body.enabled })
  },
})
