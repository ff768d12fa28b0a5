import { z } from 'zod'
import type { PrivateJwk } from '#crypto/import-gate.ts'
import { ecSpecNames } from '#crypto/public-key.ts'
import { curveNamed, keyTypes, mlDsaTypes, symmetricType } from '#domain/keys/specs.ts'
import { base64url } from '#protocols/azure/base64url.ts'
import { jsonBody, keyOps } from './bodies.ts'
import { wrappedKeyText } from './wrapped-key.ts'

/** A symmetric key comes under its own name too; where it is kept, the request says besides (key-vault.md 2.8). */
const importedTypes = [...keyTypes, symmetricType, 'oct', ...mlDsaTypes] as const
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
  alg: z.string().nullish(),
  pub: member,
  priv: member,
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

export interface Imported {
  readonly keyOps: readonly string[] | undefined
  readonly hsm: boolean
  readonly key:
    | { readonly jwk: PrivateJwk }
    | { readonly secret: Uint8Array }
    | { readonly alg: string | undefined; readonly seed: Uint8Array; readonly pub: Uint8Array }
    | { readonly kty: 'RSA' | 'EC'; readonly crv: string | undefined; readonly wrapped: NonNullable<Members['key_hsm']> }
}

/** A key as it is imported: a private JWK, which the gate judges, or one that is wrapped under a key of the vault (key-vault.md 2.8, 10.1). */
export const importedJwk = jsonBody(members).transform((given, context): Imported => {
  const key = broughtKey(given)
  if (key !== undefined) return { keyOps: given.key_ops, hsm: given.kty.endsWith('-HSM'), key }
  context.issues.push({ code: 'custom', message: 'must be a valid JsonWebKey object', input: undefined })
  return z.NEVER
})

/** By its type, whichever members belong to it; `undefined` where one of them is missing. */
function broughtKey(given: Members): Imported['key'] | undefined {
  const { kty, k } = given
  if (kty === 'oct' || kty === symmetricType) return k === undefined ? undefined : { secret: k }
  if (kty === 'AKP' || kty === 'AKP-HSM') return seedOf(given)
  if (given.key_hsm !== undefined) return wrappedKey(given, given.key_hsm)
  const jwk = privateJwk(given)
  return jwk === undefined ? undefined : { jwk }
}

const seedOf = ({ alg, pub, priv }: Members): Imported['key'] | undefined =>
  pub === undefined || priv === undefined ? undefined : { alg: alg ?? undefined, seed: priv, pub }

function wrappedKey({ kty, crv }: Members, wrapped: NonNullable<Members['key_hsm']>): Imported['key'] {
  const curve = crv === undefined || crv === null || crv === '' ? undefined : curveNamed(crv)
  return { wrapped, kty: kty.startsWith('RSA') ? 'RSA' : 'EC', crv: curve }
}
