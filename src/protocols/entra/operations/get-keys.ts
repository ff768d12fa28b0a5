import { z } from 'zod'
import type { Millis } from '#model/brands.ts'
import type { Context } from '#domain/context.ts'
import { namedTenant, namesNoTenant } from '#domain/identity/find-tenant.ts'
import { publishedKeys } from '#domain/identity/signing-keys.ts'
import { jwkOf } from '#protocols/entra/documents.ts'
import { entraOperation, type EntraSite } from '#protocols/entra/site.ts'
import { json } from '#protocols/http/answer.ts'

const declared = {
  name: 'SigningKeysGet',
  method: 'GET',
  permissions: 'public',
  open: true,
  unversioned: true,
  params: z.object({ tenant: z.string() }),
  query: z.object({}),
  body: { none: true },
} as const

/** A JWK set (RFC 7517 5): those of the tenant, or of all where the path names none; each says its issuer. */
function answer(context: Context, at: { readonly site: EntraSite; readonly named: string; readonly now: Millis }) {
  const { index } = context.identity
  const tenants = namesNoTenant(at.named) ? index.tenants() : [namedTenant(context, at.named)]
  const keys = tenants.flatMap(tenant => publishedKeys(index.signingKeys(tenant.value.tenantId), at.now))
  return json(200, { keys: keys.map(key => jwkOf(key, at.site.baseUrl)) })
}

export const keysV2 = entraOperation({
  ...declared,
  path: '/{tenant}/discovery/v2.0/keys',
  handle: async (context, call, { site, params }) => answer(context, { site, named: params.tenant, now: call.at }),
})

export const keysV1 = entraOperation({
  ...declared,
  path: '/{tenant}/discovery/keys',
  handle: async (context, call, { site, params }) => answer(context, { site, named: params.tenant, now: call.at }),
})
