import assert from 'node:assert/strict'
import { isRsa } from '#crypto/algorithm-fit.ts'
import type { KeySpec } from '#crypto/key-specs.ts'
import type { OpenedKey } from './opened-key.ts'
import { rsaVerify } from './rsa-public.ts'

/** Pairwise consistency of a new pair: what one half signs the other verifies (FIPS 140-3 IG 10.3.A). */
export async function pairwiseConsistent(key: OpenedKey, spec: KeySpec): Promise<boolean> {
  const digest = new Uint8Array(isRsa(spec) ? 32 : digestBytes[spec]).fill(0x5a)
  if (key.kty === 'EC') return key.privateKey.verify(digest, await key.privateKey.sign(digest, 'pool'), 'pool')
  assert(key.kty === 'RSA', 'a pair that signs was expected')
  return rsaVerify(key.publicKey, { algorithm: 'RS256', digest, signature: await key.privateKey.sign('RS256', digest) })
}

const digestBytes = { 'P-256': 32, 'P-256K': 32, 'P-384': 48, 'P-521': 64 } as const
