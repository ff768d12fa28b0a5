import { createHash } from 'node:crypto'
import { isMlDsa } from '#crypto/ml-dsa.ts'
import { publicKeyToJwk } from '#crypto/public-key.ts'
import { Problem } from '#model/problem.ts'
import { placeNamed } from '#domain/access/explain-place.ts'
import { leastRole } from '#domain/access/grant-command.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Permission } from '#domain/access/permissions.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { requireKey } from '#domain/keys/find-key.ts'
import type { KeyOperation, KeyVersion } from '#domain/keys/records.ts'
import { anyKeyType } from '#domain/keys/specs.ts'
import { vaultByName } from '#domain/resources/find-vault.ts'
import { rootScope } from '#domain/resources/scopes.ts'

/** What is handed out of a key, so that others can name it and ask for what they need: nothing of it opens anything. */
export interface KeyReferenceSheet {
  readonly name: string
  /** Of the current version, and of whichever is current. */
  readonly kid: string
  readonly versionless: string
  readonly kty: string
  readonly spec: string
  /** RFC 7638 over SHA-256, base64url; of a key that has a public half of a JWK. */
  readonly thumbprint?: string
  /** The least built-in role for each of its operations, and where it is to be given. */
  readonly needs: readonly { readonly operation: string; readonly role: string; readonly scope: string }[]
}

const permissionOf: Readonly<Record<KeyOperation, Permission | undefined>> = {
  encrypt: 'key.encrypt',
  decrypt: 'key.decrypt',
  sign: 'key.sign',
  verify: 'key.verify',
  wrapKey: 'key.wrap',
  unwrapKey: 'key.unwrap',
  import: undefined,
  export: 'key.release',
}

/** By `vault/key` or a URL. Raises `VaultNotFound`, `KeyNotFound`, `InvalidParameter` for anything else. */
export async function keyReference(
  context: Needs<'names' | 'vaults' | 'keys' | 'instance'>,
  call: Call,
  { permit, named }: { readonly permit: Permit<'instance.read'>; readonly named: string },
): Promise<KeyReferenceSheet> {
  assertPermits(permit, rootScope)
  const place = (await placeNamed(context, call, named)).at(-1) ?? ''
  const [, vaultName, name] = /\/vaults\/([^/]+)\/keys\/([^/]+)$/i.exec(place) ?? []
  if (vaultName === undefined || name === undefined)
    throw new Problem({ code: 'InvalidParameter', details: { name: 'reference', message: 'A key is named kv1/k1, or by its URL.' } })
  const vault = await vaultByName(context, call, vaultName)
  if (vault === undefined) throw new Problem({ code: 'VaultNotFound', details: { name: vaultName } })
  const { key, version } = await requireKey(context, call, { vault: vault.value, name, version: 'current' })
  const versionless = `https://${vault.value.name.toLowerCase()}.vault.${context.instance.domain}/keys/${key.value.name}`
  const thumbprint = thumbprintOf(version)
  return {
    name: `${vault.value.name}/${key.value.name}`,
    kid: `${versionless}/${version.id}`,
    versionless,
    kty: anyKeyType(version),
    spec: version.spec,
    ...(thumbprint !== undefined && { thumbprint }),
    needs: version.keyOps.flatMap(operation => {
      const permission = permissionOf[operation]
      const role = permission === undefined ? undefined : leastRole([permission])
      return role === undefined ? [] : [{ operation, role: role.roleName, scope: `${vault.value.id}/keys/${key.value.name}` }]
    }),
  }
}

/** Of the members that RFC 7638 3.2 requires, in their order. */
function thumbprintOf({ publicKey, spec }: KeyVersion): string | undefined {
  if (publicKey === undefined || isMlDsa(spec)) return undefined
  const jwk: Readonly<Record<string, unknown>> = publicKeyToJwk(Buffer.from(publicKey, 'base64'))
  const wanted = jwk['kty'] === 'RSA' ? ['e', 'kty', 'n'] : ['crv', 'kty', 'x', 'y']
  const members = Object.fromEntries(wanted.map(name => [name, jwk[name]]))
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url')
}
