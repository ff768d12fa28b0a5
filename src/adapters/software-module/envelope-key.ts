import { boxOverheadBytes, freshBytes } from '#crypto/derived-key-box.ts'
import type { Bytes } from '#model/brands.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { UsableEnvelopeKey } from '#ports/crypto-module.ts'
import type { KeyedMathematics } from '#ports/keyed-mathematics.ts'
import type { Random } from '#ports/random.ts'
import { secretOf } from './opened-key.ts'
import type { Work } from './usable-key.ts'

const label = 'keystead/envelope'

export interface EnvelopeParts {
  readonly random: Random
  readonly keyed: KeyedMathematics
}

/** AES-256-GCM under keys derived for one message each (crypto/derived-key-box.ts), on the calling thread: microseconds. */
export function envelopeKey(work: Work, { random, keyed: { sealBox, openBox } }: EnvelopeParts): UsableEnvelopeKey {
  return {
    seal: (plaintext, bound) =>
      work('inline', async key => sealBox({ key: secretOf(key), label, context: exactly(bound) }, plaintext, random.bytes(freshBytes))),
    open: (box, bound) =>
      work('inline', async key => {
        if (box.length < boxOverheadBytes) return undefined
        const plaintext = openBox({ key: secretOf(key), label, context: exactly(bound) }, box)
        return plaintext === undefined ? undefined : new SecretBytes(plaintext)
      }),
  }
}

/** One width for one label: nothing of the fixed input can be taken for its neighbour (SP 800-108r1 4). */
function exactly(bound: Bytes): Bytes {
  if (bound.length !== 32) throw new Error('what an envelope is bound to is 32 bytes')
  return bound
}
