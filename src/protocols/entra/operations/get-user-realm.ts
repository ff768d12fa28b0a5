import { z } from 'zod'
import { entraOperation } from '#protocols/entra/site.ts'
import { json } from '#protocols/http/answer.ts'

/** Whose users a name is of, by its domain alone: nobody learns here who there is. MSAL for Python asks before it shows a password (identity-and-arm.md 1.1). */
export const getUserRealm = entraOperation({
  name: 'UserRealmGet',
  method: 'GET',
  path: '/common/userrealm/{user}',
  permissions: 'public',
  open: true,
  unversioned: true,
  params: z.object({ user: z.string().max(256, 'longer than 256 characters') }),
  query: z.object({}),
  body: { none: true },
  async handle(context, _call, { site, params }) {
    const domain = params.user.split('@')[1] ?? ''
    const tenant = context.identity.index.tenantOfDomain(domain)
    if (tenant === undefined) return json(200, { ver: '1.0', account_type: 'Unknown', cloud_instance_name: new URL(site.baseUrl).hostname })
    return json(200, {
      ver: '1.0',
      account_type: 'Managed',
      domain_name: domain.toLowerCase(),
      cloud_instance_name: new URL(site.baseUrl).hostname,
      cloud_audience_urn: 'urn:federation:MicrosoftOnline',
    })
  },
})
