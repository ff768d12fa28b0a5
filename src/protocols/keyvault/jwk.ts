import { z } from 'zod'
import type { PrivateJwk } from '#crypto/import-gate.ts'
import { ecSpecNames } from '#crypto/public-key.ts'
import { curveNamed, keyTypes, symmetricType } from '#domain/keys/specs.ts'
import { base64url } from '#protocols/azure/base64url.ts'
import { jsonBody, keyOps } from './bodies.ts'
import { wrappedKeyText } from './wrapped-key.ts'

/** A symmetric key comes under its own name too; where it is kept, the request says besides (key-vault.md 2.8). */
const importedTypes = [...keyTypes, symmetricType, 'oct'] as const
const importedType = z.enum(importedTypes, { error: `must be one of ${importedTypes.join(', ')}` })
const member = base64url.nullish().transform(bytes => bytes ?? undefined)

const members = {
  kty: importedType,
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
  k: member,
  key_hsm: wrappedKeyText,
}
type Members = z.output<z.ZodObject<typeof members>>

function privateJwk({ kty, crv, n, e, d, x, y, ...jwk }: Omit<Members, 'k'>): PrivateJwk | undefined {
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
    | { readonly secret: Uint8Array }
    | { readonly kty: 'RSA' | 'EC'; readonly crv: string | undefined; readonly wrapped: NonNullable<Members['key_hsm']> }
}

/** A key as it is imported: a private JWK, which the gate judges, or one that is wrapped under a key of the vault (key-vault.md 2.8, 10.1). */
export const importedJwk = jsonBody(members).transform((given, context): Imported => {
  const key = broughtKey(given)
  if (key !== undefined) return { keyOps: given.key_ops, hsm: given.kty.endsWith('-HSM'), key }
  context.issues.push({ code: 'custom', message: 'must be a valid JsonWebKey object', input: undefined })
  return z.NEVER
})

function broughtKey({ kty, k, ...given }: Members): Imported['key'] | undefined {
  if (kty === 'oct' || kty === symmetricType) return k === undefined ? undefined : { secret: k }
  const { key_hsm: wrapped, crv } = given
  if (wrapped === undefined) {
    const jwk = privateJwk({ kty, ...given })
    return jwk === undefined ? undefined : { jwk }
  }
  const curve = crv === undefined || crv === null || crv === '' ? undefined : curveNamed(crv)
  return { wrapped, kty: kty.startsWith('RSA') ? 'RSA' : 'EC', crv: curve }
}
