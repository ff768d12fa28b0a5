import { z } from 'zod'
import { namedTenant, namesNoTenant } from '#domain/identity/find-tenant.ts'
import { refused } from '#domain/identity/refusals.ts'
import type { Context } from '#domain/context.ts'
import { entraOperation } from '#protocols/entra/site.ts'

const declared = {
  name: 'DeviceCodeIssue',
  method: 'POST',
  permissions: 'public',
  unversioned: true,
  params: z.object({ tenant: z.string() }),
  query: z.object({}),
  body: { form: z.looseObject({}) },
} as const

/** There are no users yet, so no device can be signed in for one: said as the service says it of a flow that is switched off. */
function refuse(context: Context, named: string): never {
  if (!namesNoTenant(named)) namedTenant(context, named)
  throw refused('unsupportedGrant', "The app requested an unsupported grant type 'urn:ietf:params:oauth:grant-type:device_code'.")
}

export const deviceCodeV2 = entraOperation({
  ...declared,
  path: '/{tenant}/oauth2/v2.0/devicecode',
  handle: async (context, _call, { params }) => refuse(context, params.tenant),
})

export const deviceCodeV1 = entraOperation({
  ...declared,
  path: '/{tenant}/oauth2/devicecode',
  handle: async (context, _call, { params }) => refuse(context, params.tenant),
})
