import { decapsulate, encapsulate } from 'node:crypto'
import { promisify } from 'node:util'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { UsableKemKey } from '#ports/crypto-module.ts'
import { pairOf } from './opened-key.ts'
import type { Work } from './usable-key.ts'

const encapsulated = promisify(encapsulate)
const decapsulated = promisify(decapsulate)

/** ML-KEM by OpenSSL on a thread of the pool. */
export function kemKey(work: Work): UsableKemKey {
  return {
    encapsulate: () =>
      work('pool', async key => {
        const { sharedKey, ciphertext } = await encapsulated(pairOf(key).publicKey)
        return { secret: new SecretBytes(sharedKey), ciphertext: Uint8Array.from(ciphertext) }
      }),
    decapsulate: ciphertext => work('pool', async key => new SecretBytes(await decapsulated(pairOf(key).privateKey, ciphertext))),
  }
}
