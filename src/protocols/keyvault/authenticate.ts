import type { Principal } from '#model/principal.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { audiencesOf } from '#domain/identity/audiences.ts'
import { verifyToken } from '#domain/identity/verify-token.ts'
import { bearerToken } from '#protocols/azure/bearer.ts'
import { claimsChallenge } from '#protocols/azure/claims-challenge.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import type { VaultSite } from './site.ts'

/** The port is the caller's own: links and names lead back the way it came (identity-and-arm.md 5.2). */
const loginOf = (domain: string, { portSuffix }: WireRequest): string => `https://login.${domain}${portSuffix}`
const resourceName = (domain: string, { portSuffix }: WireRequest): string => `https://vault.${domain}${portSuffix}`

export async function authenticate(
  context: Context,
  call: Call,
  at: { readonly site: VaultSite; readonly request: WireRequest },
): Promise<Principal> {
  const { site, request } = at
  const { domain } = context.instance
  return verifyToken(context, call, {
    token: bearerToken(request),
    audiences: audiencesOf('keyvault', { domain, portSuffix: request.portSuffix }),
    login: loginOf(domain, request),
    resourceName: resourceName(domain, request),
    tenantId: site.vault.value.tenantId,
  })
}

/** Byte-exact: five clients' parsers meet in this one spelling (key-vault.md 0.1). */
export function challenge(
  domain: string,
  at: { readonly site: VaultSite; readonly request: WireRequest; readonly error: unknown },
): string {
  const { site, request, error } = at
  const claims = claimsChallenge(error)
  const plain = `Bearer authorization="${loginOf(domain, request)}/${site.vault.value.tenantId}", resource="${resourceName(domain, request)}"`
  return claims === '' ? plain : `${plain}, ${claims}`
}
