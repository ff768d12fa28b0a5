// ML-DSA by OpenSSL on a thread of the pool: half a millisecond a signature (performance.md 5.1).
import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { contextBytesMax, mlDsaPublicBytes, mlDsaPublicKey, mlDsaSeed, mlDsaSpecs, type MlDsaSpec, muBytes } from '#crypto/ml-dsa.ts'
import { wrongLength, wrongParameter } from '#model/algorithm-refusals.ts'
import type { Bytes } from '#model/brands.ts'
import type { Random } from '#ports/random.ts'
import type { UsableMlDsaKey } from '#ports/crypto-module.ts'

/** Ours (key-vault.md 8). */
const messageBytesMax = 32 * 1024

const signed = promisify(sign)
const verified = promisify(verify)

const buffer = (bytes: Bytes): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)

/** `open` gives the PKCS #8 key for the time of its work, which runs where there is a thread for it. */
export function mlDsaKey(spec: MlDsaSpec, random: Random, open: <T>(work: (pkcs8: Bytes) => Promise<T>) => Promise<T>): UsableMlDsaKey {
  return {
    async sign(message, context = new Uint8Array()) {
      check(spec, message, context)
      return open(async pkcs8 => {
        const key = createPrivateKey({ key: buffer(pkcs8), format: 'der', type: 'pkcs8' })
        return Uint8Array.from(await signed(null, message, withContext(key, context)))
      })
    },
    async verify(message, signature, context = new Uint8Array()) {
      check(spec, message, context)
      if (signature.length !== mlDsaSpecs[spec].signatureBytes) return false
      return open(async pkcs8 => mlDsaVerified(mlDsaPublicKey(pkcs8), { message, signature, context }))
    },
    async signMu(mu) {
      checkMu(spec, mu)
      const { keygen, internal } = await external(spec)
      return open(async pkcs8 => {
        const { secretKey } = keygen(mlDsaSeed(pkcs8))
        try {
          return internal.sign(mu, secretKey, { externalMu: true, extraEntropy: random.bytes(32) })
        } finally {
          secretKey.fill(0)
        }
      })
    },
    async verifyMu(mu, signature) {
      checkMu(spec, mu)
      if (signature.length !== mlDsaSpecs[spec].signatureBytes) return false
      const { internal } = await external(spec)
      return open(async pkcs8 => internal.verify(signature, mu, mlDsaPublicBytes(mlDsaPublicKey(pkcs8)), { externalMu: true }))
    },
  }
}

/** node:crypto has no signature over a given µ: milliseconds here, on the calling thread, for whoever hashes elsewhere. */
async function external(spec: MlDsaSpec) {
  const { ml_dsa44, ml_dsa65, ml_dsa87 } = await import('@noble/post-quantum/ml-dsa.js')
  return { 'ML-DSA-44': ml_dsa44, 'ML-DSA-65': ml_dsa65, 'ML-DSA-87': ml_dsa87 }[spec]
}

/** By the public half alone. */
export const mlDsaVerified = async (
  spki: Bytes,
  said: { readonly message: Bytes; readonly signature: Bytes; readonly context: Bytes },
): Promise<boolean> => {
  const key = createPublicKey({ key: buffer(spki), format: 'der', type: 'spki' })
  return verified(null, said.message, withContext(key, said.context), said.signature)
}

const withContext = (key: KeyObject, context: Bytes) => ({ key, context })

function checkMu(spec: MlDsaSpec, { length }: Bytes): void {
  if (length !== muBytes) throw wrongLength(spec, length, muBytes.toString())
}

function check(spec: MlDsaSpec, message: Bytes, context: Bytes): void {
  if (message.length < 1 || message.length > messageBytesMax) throw wrongLength(spec, message.length, `1 to ${messageBytesMax}`)
  if (context.length > contextBytesMax) throw wrongParameter('context', `must be at most ${contextBytesMax} bytes long`)
}
