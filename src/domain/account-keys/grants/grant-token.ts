import { z } from 'zod'
import { Problem } from '#model/problem.ts'
import type { Needs } from '#domain/context.ts'
import { openTravelling, sealTravelling } from '#domain/records/travelling.ts'

/** Which grant a token is of, wherever it stands. */
const named = z.object({ accountId: z.string(), region: z.string(), keyId: z.string(), grantId: z.string() })
export type GrantNamed = z.output<typeof named>

/** Base64. Every token of a grant is as good as every other; it is no secret, and gives nothing that its grant does not (aws-kms.md 4.3). */
export const sealGrantToken = (context: Needs<'ground' | 'instance'>, { accountId, region, keyId, grantId }: GrantNamed): string =>
  sealTravelling(context, 'grantTokens', new TextEncoder().encode(JSON.stringify({ accountId, region, keyId, grantId }))).toBase64()

/** Raises `GrantTokenInvalid` for what this instance did not give out. Whether the grant is still there is its reader's to see. */
export function openGrantToken(context: Needs<'ground' | 'instance'>, token: string): GrantNamed {
  const body = openTravelling(context, 'grantTokens', bytesOf(token))
  if (body === undefined) throw new Problem({ code: 'GrantTokenInvalid' })
  return named.parse(JSON.parse(new TextDecoder().decode(body)))
}

/** Tokens that come along with a request must be tokens; the grants themselves, which are in force at once, decide. Raises `GrantTokenInvalid`. */
export function assertGrantTokens(context: Needs<'ground' | 'instance'>, tokens: readonly string[] = []): void {
  for (const token of tokens) openGrantToken(context, token)
}

function bytesOf(token: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(token)
  } catch {
    return new Uint8Array()
  }
}
