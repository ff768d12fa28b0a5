import { z } from 'zod'
import type { Context } from '#domain/context.ts'
import { namedTenant, namesNoTenant } from '#domain/identity/find-tenant.ts'
import { refused } from '#domain/identity/refusals.ts'
import { entraOperation } from '#protocols/entra/site.ts'

const declared = {
  name: 'Authorize',
  method: 'GET',
  permissions: 'public',
  unversioned: true,
  params: z.object({ tenant: z.string() }),
  query: z.object({ response_type: z.string().max(64, 'response_type is too long').optional() }),
  body: { none: true },
} as const

/** There are no users yet: nobody can be signed in here. Refused to the caller himself, never by a redirect. */
function refuse(context: Context, at: { readonly named: string; readonly type: string | undefined }): never {
  if (!namesNoTenant(at.named)) namedTenant(context, at.named)
  const type = at.type?.replaceAll(/[^\w ]/g, '') ?? ''
  throw refused('unsupportedResponse', `The app returned an unsupported response type: response type '${type}' is not enabled for the app.`)
}

export const authorizeV2 = entraOperation({
  ...declared,
  path: '/{tenant}/oauth2/v2.0/authorize',
  handle: async (context, _call, { params, query }) => refuse(context, { named: params.tenant, type: query.response_type }),
})

export const authorizeV1 = entraOperation({
  ...declared,
  path: '/{tenant}/oauth2/authorize',
  handle: async (context, _call, { params, query }) => refuse(context, { named: params.tenant, type: query.response_type }),
})
