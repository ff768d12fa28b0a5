import { createPublicKey, diffieHellman } from 'node:crypto'
import { promisify } from 'node:util'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { UsableAgreementKey } from '#ports/crypto-module.ts'
import { pairOf } from './opened-key.ts'
import type { Work } from './usable-key.ts'

const agreed = promisify(diffieHellman)

/** ECDH by OpenSSL on a thread of the pool; the cofactor of every curve here is 1. */
export function agreementKey(work: Work): UsableAgreementKey {
  return {
    agree: peer =>
      work('pool', async key => {
        const publicKey = createPublicKey({ key: Buffer.from(peer.buffer, peer.byteOffset, peer.length), format: 'der', type: 'spki' })
        return new SecretBytes(await agreed({ privateKey: pairOf(key).privateKey, publicKey }))
      }),
  }
}
