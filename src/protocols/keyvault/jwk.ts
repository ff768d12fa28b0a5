import { z } from 'zod'
import type { PrivateJwk } from '#crypto/import-gate.ts'
import { ecSpecNames } from '#crypto/public-key.ts'
import { curveNamed } from '#domain/keys/specs.ts'
import { base64url } from '#protocols/azure/base64url.ts'
import { jsonBody, keyOps, keyType } from './bodies.ts'
import { wrappedKeyText } from './wrapped-key.ts'

const member = base64url.nullish().transform(bytes => bytes ?? undefined)

const members = {
  kty: keyType,
  key_ops: keyOps,
  n: member,
  e: member,
  d: member,
  p: member,
  q: member,
  dp: member,
  dq: member,
  qi: member,
  crv: z.string().nullish(),
  x: member,
  y: member,
  key_hsm: wrappedKeyText,
}
type Members = z.output<z.ZodObject<typeof members>>

function privateJwk({ kty, crv, n, e, d, x, y, ...jwk }: Members): PrivateJwk | undefined {
  if (d === undefined) return undefined
  if (kty === 'RSA' || kty === 'RSA-HSM') {
    if (n === undefined || e === undefined) return undefined
    const { p, q, dp, dq, qi } = jwk
    return { kty: 'RSA', n, e, d, p, q, dp, dq, qi }
  }
  const spec = ecSpecNames.find(name => name === curveNamed(crv ?? ''))
  return spec === undefined || x === undefined || y === undefined ? undefined : { kty: 'EC', crv: spec, x, y, d }
}

interface Imported {
  readonly keyOps: readonly string[] | undefined
  readonly hsm: boolean
  readonly key:
    | { readonly jwk: PrivateJwk }
    | { readonly kty: 'RSA' | 'EC'; readonly crv: string | undefined; readonly wrapped: NonNullable<Members['key_hsm']> }
}

/** A key as it is imported: a private JWK, which the gate judges, or one that is wrapped under a key of the vault (key-vault.md 2.8, 10.1). */
export const importedJwk = jsonBody(members).transform((given, context): Imported => {
  const { key_hsm: wrapped, kty, crv, key_ops: keyOps } = given
  const hsm = kty.endsWith('-HSM')
  if (wrapped !== undefined) {
    const curve = crv === undefined || crv === null || crv === '' ? undefined : curveNamed(crv)
    return { keyOps, hsm, key: { wrapped, kty: kty.startsWith('RSA') ? 'RSA' : 'EC', crv: curve } }
  }
  const jwk = privateJwk(given)
  if (jwk !== undefined) return { keyOps, hsm, key: { jwk } }
  context.issues.push({ code: 'custom', message: 'must be a valid JsonWebKey object', input: undefined })
  return z.NEVER
})
