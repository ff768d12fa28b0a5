// Ed25519: pure signatures by OpenSSL, tens of microseconds on the calling thread; pre-hashed ones, which node:crypto has not, by @noble/curves.
import { sign, verify, type KeyObject } from 'node:crypto'
import { edwardsPoint, edwardsSeed, edwardsSignatureBytes } from '#crypto/edwards.ts'
import type { UsableEdwardsKey } from '#ports/crypto-module.ts'
import { pairOf } from './opened-key.ts'
import type { Work } from './usable-key.ts'

/** Few ask for it: loaded for the first who does. */
const preHashed = async () => import('@noble/curves/ed25519.js')

export function edwardsKey(work: Work): UsableEdwardsKey {
  return {
    sign: (scheme, message) =>
      work('inline', async key => {
        const { privateKey } = pairOf(key)
        if (scheme === 'pure') return Uint8Array.from(sign(null, message, privateKey))
        const { ed25519ph } = await preHashed()
        return withSeed(privateKey, seed => ed25519ph.sign(message, seed))
      }),
    verify: (scheme, message, signature) =>
      work('inline', async key => {
        if (signature.length !== edwardsSignatureBytes) return false
        const { publicKey } = pairOf(key)
        if (scheme === 'pure') return verify(null, message, publicKey, signature)
        const point = edwardsPoint(publicKey.export({ format: 'der', type: 'spki' }))
        // As RFC 8032 and FIPS 186-5 have it, and OpenSSL: no encodings but the canonical ones.
        const { ed25519ph } = await preHashed()
        return ed25519ph.verify(signature, message, point, { zip215: false })
      }),
  }
}

function withSeed<T>(privateKey: KeyObject, work: (seed: Uint8Array) => T): T {
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' })
  try {
    return work(edwardsSeed(pkcs8))
  } finally {
    pkcs8.fill(0)
  }
}
