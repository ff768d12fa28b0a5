// What the cases on keys have in common: their answers' shapes, their values, and proofs that an answer is right.
import { constants, createPublicKey, hash, type KeyObject, verify } from 'node:crypto'
import { z } from 'zod'
import type { Exchange, Reply } from '#bench/web.ts'
import type { World } from '#bench/world.ts'

export const plaintext = hash('sha256', 'what the cases work on', 'buffer')
export const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')

const resultShape = z.object({ kid: z.string(), value: z.base64url() })
const publicJwk = z.discriminatedUnion('kty', [
  z.object({ kty: z.literal('RSA'), n: z.string(), e: z.string() }),
  z.object({ kty: z.literal('EC'), crv: z.string(), x: z.string(), y: z.string() }),
])
const bundleShape = z.object({ key: publicJwk })
const verifiedShape = z.object({ value: z.literal(true) })

export const resultOf = (reply: Reply): Buffer => Buffer.from(resultShape.parse(json(reply)).value, 'base64url')
export const demandVerified = (reply: Reply): void => void verifiedShape.parse(json(reply))

export function json(reply: Reply): unknown {
  if (reply.status !== 200) throw new Error(`answered ${reply.status}: ${reply.body.toString()}`)
  return JSON.parse(reply.body.toString())
}

/** An operation on the current version of `rsa` or `ec`. */
export function keyExchange(
  world: World,
  to: { readonly key: 'rsa' | 'ec'; readonly operation: string; readonly body: unknown },
): Exchange {
  return world.vault('benchvault', { method: 'POST', path: `/keys/${to.key}/${to.operation}`, json: to.body })
}

export async function publicKeyOf(world: World, key: 'rsa' | 'ec'): Promise<KeyObject> {
  const bundle = await world.web.json(world.vault('benchvault', { method: 'GET', path: `/keys/${key}` }))
  return createPublicKey({ key: bundleShape.parse(bundle).key, format: 'jwk' })
}

/** Given a digest, as a vault signs: node:crypto verifies messages alone, so the message is what was hashed to it. */
export function demandSignature(key: KeyObject, algorithm: string, signature: Buffer): void {
  const how = {
    RS256: { key, padding: constants.RSA_PKCS1_PADDING },
    PS256: { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
    ES256: { key, dsaEncoding: 'ieee-p1363' as const },
  }[algorithm]
  if (how === undefined || !verify('sha256', Buffer.from('what the cases work on'), how, signature))
    throw new Error(`a wrong ${algorithm} signature`)
}
