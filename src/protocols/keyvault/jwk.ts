import { z } from 'zod'
import type { PrivateJwk } from '#crypto/import-gate.ts'
import { ecSpecNames } from '#crypto/public-key.ts'
import { curveNamed } from '#domain/keys/specs.ts'
import { base64url } from '#protocols/azure/base64url.ts'
import { jsonBody, keyOps, keyType, presence } from './bodies.ts'

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
  key_hsm: presence,
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

/** A private JWK as it is imported: which members must be there, no more; the gate judges them (key-vault.md 2.8). */
export const importedJwk = jsonBody(members).transform((given, context) => {
  const refuse = (message: string) => {
    context.issues.push({ code: 'custom', message, input: undefined })
    return z.NEVER
  }
  if (given.key_hsm) return refuse('must hold no "key_hsm": this vault has no key exchange keys')
  const jwk = privateJwk(given)
  if (jwk === undefined) return refuse('must be a valid JsonWebKey object')
  return { jwk, keyOps: given.key_ops, hsm: given.kty.endsWith('-HSM') }
})
