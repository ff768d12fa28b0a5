// Stands in for the native module: node:crypto where it has the scheme, else @noble, on the calling thread.
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'
import { edwardsPoint, edwardsSeed, edwardsSignatureBytes } from '#crypto/edwards.ts'
import { mlDsaPublicBytes, mlDsaPublicKey, mlDsaSeed, mlDsaSpecOf, mlDsaSpecs } from '#crypto/ml-dsa.ts'
import type { Bytes } from '#model/brands.ts'
import type { MessageSigning, SignedMessage } from '#ports/key-mathematics.ts'
import type { Random } from '#ports/random.ts'

const signed = promisify(sign)
const verified = promisify(verify)

const buffer = (bytes: Bytes): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
const none = new Uint8Array()
const spki = { format: 'der', type: 'spki' } as const

interface Scheme {
  sign(pkcs8: Bytes, said: SignedMessage, random: Random): Promise<Bytes>
  verify(pkcs8: Bytes, said: SignedMessage & { readonly signature: Bytes }): Promise<boolean>
}

const mlDsa: Scheme = {
  async sign(pkcs8, { message, context = none }) {
    const key = createPrivateKey({ key: buffer(pkcs8), format: 'der', type: 'pkcs8' })
    return Uint8Array.from(await signed(null, message, { key, context }))
  },
  async verify(pkcs8, { message, context = none, signature }) {
    if (signature.length !== mlDsaSpecs[mlDsaSpecOf(pkcs8)].signatureBytes) return false
    return mlDsaVerified(mlDsaPublicKey(pkcs8), { message, context, signature })
  },
}

/** By the public half alone. */
export async function mlDsaVerified(
  publicKey: Bytes,
  { message, context, signature }: { readonly message: Bytes; readonly context: Bytes; readonly signature: Bytes },
): Promise<boolean> {
  const key = createPublicKey({ key: buffer(publicKey), format: 'der', type: 'spki' })
  return verified(null, message, { key, context }, signature)
}

/** Loaded for the first who asks. */
async function latticesOf(pkcs8: Bytes) {
  const { ml_dsa44, ml_dsa65, ml_dsa87 } = await import('@noble/post-quantum/ml-dsa.js')
  return { 'ML-DSA-44': ml_dsa44, 'ML-DSA-65': ml_dsa65, 'ML-DSA-87': ml_dsa87 }[mlDsaSpecOf(pkcs8)]
}

const mlDsaMu: Scheme = {
  async sign(pkcs8, { message }, random) {
    const { keygen, internal } = await latticesOf(pkcs8)
    const { secretKey } = keygen(mlDsaSeed(pkcs8))
    try {
      return internal.sign(message, secretKey, { externalMu: true, extraEntropy: random.bytes(32) })
    } finally {
      secretKey.fill(0)
    }
  },
  async verify(pkcs8, { message, signature }) {
    if (signature.length !== mlDsaSpecs[mlDsaSpecOf(pkcs8)].signatureBytes) return false
    const { internal } = await latticesOf(pkcs8)
    return internal.verify(signature, message, mlDsaPublicBytes(mlDsaPublicKey(pkcs8)), { externalMu: true })
  },
}

const preHashed = async () => import('@noble/curves/ed25519.js')

const ed25519ph: Scheme = {
  async sign(pkcs8, { message }) {
    const scheme = await preHashed()
    return scheme.ed25519ph.sign(message, edwardsSeed(pkcs8))
  },
  async verify(pkcs8, { message, signature }) {
    if (signature.length !== edwardsSignatureBytes) return false
    const scheme = await preHashed()
    const publicHalf = createPublicKey(createPrivateKey({ key: buffer(pkcs8), format: 'der', type: 'pkcs8' })).export(spki)
    // As RFC 8032 and FIPS 186-5 have it, and OpenSSL: no encodings but the canonical ones.
    return scheme.ed25519ph.verify(signature, message, edwardsPoint(publicHalf), { zip215: false })
  },
}

const schemes = { mlDsa, mlDsaMu, ed25519ph } as const

export const fallbackMessages: MessageSigning = {
  sign: async (pkcs8, said, random) => schemes[said.form].sign(pkcs8, said, random),
  verify: async (pkcs8, said) => schemes[said.form].verify(pkcs8, said),
}
