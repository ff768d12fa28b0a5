import { z } from 'zod'
import { rootScope } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { adminOperation } from '#protocols/admin/site.ts'

export const listTenants = adminOperation({
  name: 'TenantListAll',
  method: 'GET',
  path: '/tenants',
  permissions: ['instance.read'],
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
  body: { none: true },
  async handle(context) {
    const tenants = context.identity.index.tenants().map(({ value: { tenantId, displayName, domains } }) => ({
      tenantId,
      name: displayName,
      domains,
      subscriptions: context.subscriptions.peek().flatMap(({ value }) => (value.tenantId === tenantId ? [value.subscriptionId] : [])),
    }))
    return json(200, { tenants })
  },
})
