import { parseJws } from '#crypto/jws.ts'
import type { Needs } from '#domain/context.ts'
import { isSignedBy } from '#domain/identity/verify-token.ts'
import { textOf } from '#domain/identity/token-claims.ts'

/** Whom an id token of ours names, and the client that it was for. */
export interface IdTokenHint {
  readonly tenantId: string
  readonly oid: string
  readonly clientId: string
}

const bytesMax = 16 * 1024

/** What a client shows at logout: signed by us, expired or not (OpenID Connect RP-Initiated Logout 1.0, 2). `undefined` for anything else. */
export function hintedBy(context: Needs<'identity'>, text: string | undefined): IdTokenHint | undefined {
  const jws = text === undefined || text.length > bytesMax ? undefined : parseJws(text)
  if (jws === undefined) return undefined
  const { claims, header } = jws
  const [tenantId, oid, clientId, kid] = [claims['tid'], claims['oid'], claims['aud'], header['kid']].map(textOf)
  if (tenantId === undefined || oid === undefined || clientId === undefined || kid === undefined) return undefined
  return isSignedBy(context, jws, { tenantId, kid }) ? { tenantId, oid, clientId } : undefined
}
