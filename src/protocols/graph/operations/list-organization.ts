import { z } from 'zod'
import { compartmentOfGuid } from '#domain/instance.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { noQuery } from '#protocols/graph/addressed.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { json } from '#protocols/http/answer.ts'

/** The caller's tenant, as the one organization that there is. */
export const listOrganization = graphOperation({
  name: 'OrganizationList',
  method: 'GET',
  path: '/v1.0/organization',
  permissions: ['directory.read'],
  scope: () => rootScope,
  params: z.object({}),
  query: noQuery,
  body: { none: true },
  async handle(context, call, { site }) {
    const tenantId = tenantOfCaller(call)
    const tenant = await context.tenants.get(call, compartmentOfGuid(tenantId), [tenantId])
    if (tenant === undefined) throw new Error('a caller of a tenant that is not there')
    const { displayName, domains, createdAt } = tenant.value
    return json(200, {
      '@odata.context': `${site.baseUrl}/v1.0/$metadata#organization`,
      value: [
        {
          id: tenantId,
          displayName,
          createdDateTime: Temporal.Instant.fromEpochMilliseconds(createdAt).toString(),
          tenantType: 'AAD',
          verifiedDomains: domains.map((name, at) => ({ name, isDefault: at === 0, isInitial: at === 0, type: 'Managed' })),
        },
      ],
    })
  },
})
