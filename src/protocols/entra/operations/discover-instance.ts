import { z } from 'zod'
import { refused } from '#domain/identity/refusals.ts'
import { entraOperation } from '#protocols/entra/site.ts'
import { json } from '#protocols/http/answer.ts'

/** What MSAL asks before it trusts an authority: this host knows itself, and answers for no other (identity-and-arm.md 1.1). */
export const discoverInstance = entraOperation({
  name: 'InstanceDiscover',
  method: 'GET',
  path: '/common/discovery/instance',
  permissions: 'public',
  open: true,
  unversioned: true,
  params: z.object({}),
  query: z.object({ authorization_endpoint: z.string().optional() }),
  body: { none: true },
  async handle(context, _call, { site, query }) {
    const asked = query.authorization_endpoint ?? `${site.baseUrl}/common/oauth2/v2.0/authorize`
    const host = `login.${context.instance.domain}`
    const [, authority, tenant] = /^https:\/\/([^/]+)\/([^/]+)\//.exec(asked) ?? []
    if (authority === undefined || tenant === undefined || authority.toLowerCase().replace(/:\d{1,5}$/, '') !== host)
      throw refused('unknownInstance', 'Unknown or invalid instance.')
    // MSAL for Python drops the port of what it asks about and takes ours instead.
    const port = /:\d{1,5}$/.exec(authority)?.[0] ?? site.portSuffix
    const name = `${host}${port}`
    return json(200, {
      tenant_discovery_endpoint: `https://${name}/${encodeURIComponent(tenant)}/v2.0/.well-known/openid-configuration`,
      'api-version': '1.1',
      metadata: [{ preferred_network: name, preferred_cache: name, aliases: port === '' ? [name] : [name, host] }],
    })
  },
})
