import { Problem } from '#model/problem.ts'
import { assignedRoles } from '#domain/app-roles/assigned-roles.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { scopesAt, type Resource } from '#domain/sign-in/scopes.ts'
import { tokenLifeSecondsMax } from './lifetimes.ts'
import type { ServicePrincipal } from './records.ts'
import { asVersion2 } from './token-claims.ts'
import { signerAt, signText } from './signing-keys.ts'

/** A managed identity as the resource that has it knows it. */
export interface ManagedIdentity {
  readonly tenantId: string
  readonly principalId: string
}

export interface ManagedToken {
  readonly accessToken: string
  readonly appId: string
  /** Seconds. */
  readonly issuedAt: number
  readonly expiresAt: number
}

type ManagedNeeds = Needs<'identity' | 'instance' | 'signingKeys' | 'module' | 'store' | 'ground'>

/**
 * An access token for a resource's own identity (identity-and-arm.md 1.5, 1.9). Whoever calls has proved that it is the resource's place that
 * asks; here the principal must live. Raises `IdentityUnknown`, `InvalidParameter` for a resource that is none of ours.
 */
export async function issueManagedToken(
  context: ManagedNeeds,
  call: Call,
  { identity, resource }: { readonly identity: ManagedIdentity; readonly resource: string },
): Promise<ManagedToken> {
  const { tenantId, principalId } = identity
  const principal = context.identity.index.servicePrincipal(tenantId, principalId)?.value
  if (principal?.enabled !== true || principal.kind !== 'managedIdentity') throw new Problem({ code: 'IdentityUnknown' })
  const { domain } = context.instance
  const { appId: resourceAppId, version2 } = servedAs(context, resource, tenantId)
  const roles = assignedRoles(context, { tenantId, principalId, kind: 'servicePrincipal', resourceAppId })
  const issuer = `https://login.${domain}/${tenantId}/`
  const { id, appId, resourceId } = principal
  call.details.set('audience', resource)
  call.who = { id, kind: 'managedIdentity', tenant: tenantId, appId, authMethod: 'managedIdentity', issuer }
  call.ruling = { allowed: true, by: `identity of ${resourceId ?? principal.displayName}` }
  const key = signerAt(context.identity.index.signingKeys(tenantId), call.at)
  const { kid } = key.value
  return call.once(`managed token ${kid} ${id} ${resource}`, async () => {
    const issuedAt = Math.floor(call.at / 1_000)
    const expiresAt = issuedAt + tokenLifeSecondsMax
    const uti = context.ground.random.bytes(16).toBase64({ alphabet: 'base64url', omitPadding: true })
    const version1 = { ...claimsOf(principal, { issuer, resource }), ...(roles.length > 0 && { roles }) }
    const shown = version2 ? asVersion2(version1, { audience: resourceAppId, issuer: `${issuer}v2.0` }) : version1
    const claims = { ...shown, iat: issuedAt, nbf: issuedAt, exp: expiresAt, uti }
    const text = `${encoded({ typ: 'JWT', alg: 'RS256', x5t: kid, kid })}.${encoded(claims)}`
    const signature = await signText(context, key, text)
    return { accessToken: `${text}.${Buffer.from(signature).toString('base64url')}`, appId, issuedAt, expiresAt }
  })
}

/** The port is part of how an instance is reached, and of no name: whatever port the caller's resource has is its own. */
function servedAs(context: ManagedNeeds, resource: string, tenantId: string): Resource {
  const portSuffix = /^https:\/\/[^/:]+(:\d{1,5})/.exec(resource)?.[1] ?? ''
  const served = scopesAt(context, { domain: context.instance.domain, portSuffix }, tenantId).resource(resource)
  if (served !== undefined) return served
  const message = `AADSTS500011: The resource principal named ${resource.slice(0, 256)} was not found in the tenant named ${tenantId}.`
  throw new Problem({ code: 'InvalidParameter', details: { name: 'resource', message } })
}

/** The v1 token that ARM, Key Vault and Graph take (identity-and-arm.md 1.5). */
const claimsOf = (
  { id, appId, tenantId, resourceId }: ServicePrincipal,
  { issuer, resource }: { readonly issuer: string; readonly resource: string },
) => ({
  aud: resource,
  iss: issuer,
  appid: appId,
  appidacr: '2',
  idp: issuer,
  idtyp: 'app',
  oid: id,
  sub: id,
  tid: tenantId,
  ver: '1.0',
  ...(resourceId !== undefined && { xms_mirid: resourceId }),
})

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value), 'utf8').toString('base64url')
