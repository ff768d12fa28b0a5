import { Problem } from '#model/problem.ts'

/**
 * What a 401 adds for a client that understands it: ask again, past the cache, with these claims (identity-and-arm.md 1.8). Empty for
 * every other refusal and client.
 */
export function claimsChallenge(error: unknown): string {
  const issuedAfter = error instanceof Problem && error.body.code === 'TokenRevoked' ? error.body.details.issuedAfter : undefined
  if (issuedAfter === undefined) return ''
  const claims = JSON.stringify({ access_token: { nbf: { essential: true, value: issuedAfter.toString() } } })
  // Padded by spaces, not by `=`: Python splits challenges there (identity-and-arm.md 5.2).
  const text = Buffer.from(claims.padEnd(Math.ceil(claims.length / 3) * 3)).toString('base64')
  return `error="insufficient_claims", claims="${text}"`
}
