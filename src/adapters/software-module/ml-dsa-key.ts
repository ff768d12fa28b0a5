// ML-DSA on a thread of the pool: half a millisecond a signature, and as much to make a key of its seed (performance.md 5.1).
import { contextBytesMax, mlDsaSpecs, type MlDsaSpec, muBytes } from '#crypto/ml-dsa.ts'
import { wrongLength, wrongParameter } from '#model/algorithm-refusals.ts'
import type { Bytes } from '#model/brands.ts'
import type { UsableMlDsaKey } from '#ports/crypto-module.ts'
import type { MessageSigning } from '#ports/key-mathematics.ts'
import type { Random } from '#ports/random.ts'

/** Ours (key-vault.md 8). */
const messageBytesMax = 32 * 1024

interface Signing {
  readonly messages: MessageSigning
  readonly random: Random
}

/** `open` gives the PKCS #8 key for the time of its work, which runs where there is a thread for it. */
export function mlDsaKey(
  spec: MlDsaSpec,
  { messages, random }: Signing,
  open: <T>(work: (pkcs8: Bytes) => Promise<T>) => Promise<T>,
): UsableMlDsaKey {
  const fits = (signature: Bytes): boolean => signature.length === mlDsaSpecs[spec].signatureBytes
  return {
    async sign(message, context = new Uint8Array()) {
      check(spec, message, context)
      return open(async pkcs8 => messages.sign(pkcs8, { form: 'mlDsa', message, context }, random))
    },
    async verify(message, signature, context = new Uint8Array()) {
      check(spec, message, context)
      return fits(signature) && open(async pkcs8 => messages.verify(pkcs8, { form: 'mlDsa', message, context, signature }))
    },
    async signMu(mu) {
      checkMu(spec, mu)
      return open(async pkcs8 => messages.sign(pkcs8, { form: 'mlDsaMu', message: mu }, random))
    },
    async verifyMu(mu, signature) {
      checkMu(spec, mu)
      return fits(signature) && open(async pkcs8 => messages.verify(pkcs8, { form: 'mlDsaMu', message: mu, signature }))
    },
  }
}

function checkMu(spec: MlDsaSpec, { length }: Bytes): void {
  if (length !== muBytes) throw wrongLength(spec, length, muBytes.toString())
}

function check(spec: MlDsaSpec, message: Bytes, context: Bytes): void {
  if (message.length < 1 || message.length > messageBytesMax) throw wrongLength(spec, message.length, `1 to ${messageBytesMax}`)
  if (context.length > contextBytesMax) throw wrongParameter('context', `must be at most ${contextBytesMax} bytes long`)
}
