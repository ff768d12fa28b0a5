import type { Context } from '#domain/context.ts'
import type { Speaking } from '#protocols/http/protocol.ts'
import { claimsChallenge } from '#protocols/azure/claims-challenge.ts'
import type { WireRequest } from '#protocols/http/request.ts'

/** Where to sign in for what the path names: its subscription's tenant, else the instance's first. */
export function challengeOf(
  context: Speaking<Context>,
  request: WireRequest,
  { code, error }: { readonly code: string; readonly error: unknown },
): string {
  const [, id] = request.segments
  const subscription = context.subscriptions?.peek().find(({ value }) => value.subscriptionId === id?.toLowerCase())
  const tenantId = subscription?.value.tenantId ?? context.tenants?.peek()[0]?.value.tenantId ?? 'common'
  const description =
    code === 'AuthenticationFailed'
      ? "The authentication failed because of missing 'Authorization' header."
      : 'Could not validate the access token.'
  const claims = claimsChallenge(error)
  const cause = claims === '' ? 'error="invalid_token"' : claims
  return `Bearer authorization_uri="https://login.${context.instance.domain}${request.portSuffix}/${tenantId}", ${cause}, error_description="${description}"`
}
