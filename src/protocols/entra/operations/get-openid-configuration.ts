import { z } from 'zod'
import type { Context } from '#domain/context.ts'
import { namedTenant, namesNoTenant } from '#domain/identity/find-tenant.ts'
import { openIdDocument, type Spelling } from '#protocols/entra/documents.ts'
import { entraOperation, type EntraSite } from '#protocols/entra/site.ts'
import { json } from '#protocols/http/answer.ts'

const declared = {
  name: 'OpenIdConfigurationGet',
  method: 'GET',
  permissions: 'public',
  open: true,
  unversioned: true,
  params: z.object({ tenant: z.string() }),
  query: z.object({}),
  body: { none: true },
} as const

/** Fetched by every MSAL before its first token. A tenant that is not there is named as such (AADSTS90002). */
function answer(context: Context, at: { readonly site: EntraSite; readonly named: string; readonly spelling: Spelling }) {
  const { site, named, spelling } = at
  const tenant = namesNoTenant(named) ? undefined : namedTenant(context, named).value
  const graphHost = `graph.${context.instance.domain}${site.portSuffix}`
  return json(200, openIdDocument(spelling, { baseUrl: site.baseUrl, named: named.toLowerCase(), tenant, graphHost }))
}

export const openIdV2 = entraOperation({
  ...declared,
  path: '/{tenant}/v2.0/.well-known/openid-configuration',
  handle: async (context, _call, { site, params }) => answer(context, { site, named: params.tenant, spelling: 'v2' }),
})

/** v1; and `/adfs`, which has no version in its paths. */
export const openIdV1 = entraOperation({
  ...declared,
  path: '/{tenant}/.well-known/openid-configuration',
  handle: async (context, _call, { site, params }) =>
    answer(context, { site, named: params.tenant, spelling: params.tenant.toLowerCase() === 'adfs' ? 'adfs' : 'v1' }),
})
