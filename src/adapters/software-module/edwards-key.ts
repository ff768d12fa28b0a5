// Ed25519: pure signatures by OpenSSL, tens of microseconds on the calling thread; pre-hashed ones, which node:crypto has not, on the pool.
import { sign, verify } from 'node:crypto'
import { edwardsSignatureBytes } from '#crypto/edwards.ts'
import type { UsableEdwardsKey } from '#ports/crypto-module.ts'
import type { MessageSigning } from '#ports/key-mathematics.ts'
import type { Random } from '#ports/random.ts'
import { pairOf, type OpenedKey } from './opened-key.ts'
import type { Work } from './usable-key.ts'

interface Signing {
  readonly messages: MessageSigning
  readonly random: Random
}

export function edwardsKey(work: Work, { messages, random }: Signing): UsableEdwardsKey {
  return {
    sign: async (scheme, message) =>
      scheme === 'pure'
        ? work('inline', async key => Uint8Array.from(sign(null, message, pairOf(key).privateKey)))
        : work('pool', async key => asPkcs8(key, async pkcs8 => messages.sign(pkcs8, { form: 'ed25519ph', message }, random))),
    async verify(scheme, message, signature) {
      if (signature.length !== edwardsSignatureBytes) return false
      if (scheme === 'pure') return work('inline', async key => verify(null, message, pairOf(key).publicKey, signature))
      return work('pool', async key => asPkcs8(key, async pkcs8 => messages.verify(pkcs8, { form: 'ed25519ph', message, signature })))
    },
  }
}

/** For the time of the work. */
async function asPkcs8<T>(key: OpenedKey, work: (pkcs8: Uint8Array) => Promise<T>): Promise<T> {
  const pkcs8 = pairOf(key).privateKey.export({ format: 'der', type: 'pkcs8' })
  try {
    return await work(new Uint8Array(pkcs8.buffer, pkcs8.byteOffset, pkcs8.length))
  } finally {
    pkcs8.fill(0)
  }
}
