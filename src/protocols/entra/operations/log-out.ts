import { z } from 'zod'
import { namedTenant, namesNoTenant } from '#domain/identity/find-tenant.ts'
import type { Context } from '#domain/context.ts'
import { entraOperation } from '#protocols/entra/site.ts'
import type { Answer } from '#protocols/http/answer.ts'

const declared = {
  name: 'LogOut',
  method: 'GET',
  permissions: 'public',
  unversioned: true,
  params: z.object({ tenant: z.string() }),
  query: z.object({}),
  body: { none: true },
} as const

/** The discovery document's `end_session_endpoint`: applications have no session to end. Leads nowhere, whatever address is asked for. */
function signedOut(context: Context, named: string): Answer {
  if (!namesNoTenant(named)) namedTenant(context, named)
  return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'You are signed out.\n' }
}

export const logOutV2 = entraOperation({
  ...declared,
  path: '/{tenant}/oauth2/v2.0/logout',
  handle: async (context, _call, { params }) => signedOut(context, params.tenant),
})

export const logOutV1 = entraOperation({
  ...declared,
  path: '/{tenant}/oauth2/logout',
  handle: async (context, _call, { params }) => signedOut(context, params.tenant),
})
