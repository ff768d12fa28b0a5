import { z } from 'zod'
import { compartmentOfGuid } from '#domain/instance.ts'
import { json } from '#protocols/http/answer.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** The caller's own tenant: nobody is a guest anywhere. */
export const listTenants = armOperation({
  name: 'TenantList',
  method: 'GET',
  path: '/tenants',
  permissions: 'authenticated',
  params: z.object({}),
  query: z.object({}),
  body: { none: true },
  async handle(context, call) {
    const id = call.who.tenant
    const held = id === undefined ? undefined : await context.tenants.get(call, compartmentOfGuid(id), [id])
    if (held === undefined) return json(200, { value: [] })
    const { tenantId, displayName, domains } = held.value
    const value = {
      id: `/tenants/${tenantId}`,
      tenantId,
      displayName,
      defaultDomain: domains[0],
      domains,
      countryCode: 'US',
      tenantType: 'AAD',
      tenantCategory: 'Home',
    }
    return json(200, { value: [value] })
  },
})
