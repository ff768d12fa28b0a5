import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { tokenLifeSeconds } from './lifetimes.ts'
import { signerAt, signText } from './signing-keys.ts'

export interface SignedToken {
  readonly token: string
  /** Seconds. */
  readonly issuedAt: number
  readonly expiresAt: number
}

export type SignNeeds = Needs<'identity' | 'signingKeys' | 'module' | 'store' | 'ground'>

/** A JWT under the tenant's key that signs now, with its times and a `uti` of its own. `named`: what makes it another token than its siblings in one call. */
export async function signToken(
  context: SignNeeds,
  call: Call,
  wanted: { readonly tenantId: string; readonly named: string; readonly claims: Readonly<Record<string, unknown>> },
): Promise<SignedToken> {
  const key = signerAt(context.identity.index.signingKeys(wanted.tenantId), call.at)
  const { kid } = key.value
  // A signature is dear: a try that follows on the same ground gives the same token.
  return call.once(`${wanted.named} ${kid}`, async () => {
    const issuedAt = Math.floor(call.at / 1_000)
    const expiresAt = issuedAt + tokenLifeSeconds
    const uti = context.ground.random.bytes(16).toBase64({ alphabet: 'base64url', omitPadding: true })
    const claims = { ...wanted.claims, iat: issuedAt, nbf: issuedAt, exp: expiresAt, uti }
    const text = `${encoded({ typ: 'JWT', alg: 'RS256', x5t: kid, kid })}.${encoded(claims)}`
    const signature = await signText(context, key, text)
    return { token: `${text}.${Buffer.from(signature).toString('base64url')}`, issuedAt, expiresAt }
  })
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value), 'utf8').toString('base64url')
