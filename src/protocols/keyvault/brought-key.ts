import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { importKey } from '#domain/keys/import-key.ts'
import { importMlDsaKey } from '#domain/keys/import-ml-dsa-key.ts'
import { importSymmetricKey } from '#domain/keys/import-symmetric-key.ts'
import { importWrappedKey } from '#domain/keys/import-wrapped-key.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { mlDsaSpec } from './created-kind.ts'
import type { Imported } from './jwk.ts'
import type { VaultSite } from './site.ts'
import { wrappedFor } from './wrapped-key.ts'

type Asked = Omit<Parameters<typeof importKey>[2], 'jwk'>

/** Imports a key in whichever form it comes: as its numbers, as its bytes, as a seed, under a key of the vault. */
export async function brought(
  context: Context,
  call: Call,
  what: { readonly asked: Asked; readonly key: Imported['key']; readonly site: VaultSite; readonly request: WireRequest },
): ReturnType<typeof importKey> {
  const { asked, key, site, request } = what
  if ('jwk' in key) return importKey(context, call, { ...asked, ...key })
  if ('secret' in key) return importSymmetricKey(context, call, { ...asked, ...key })
  if ('seed' in key) return importMlDsaKey(context, call, { ...asked, spec: mlDsaSpec(key.alg, request), seed: key.seed, pub: key.pub })
  return importWrappedKey(context, call, { ...asked, ...key, wrapped: wrappedFor(site, key.wrapped) })
}
