import { createPrivateKey } from 'node:crypto'

/**
 * A brought PKCS #8 key of one of OpenSSL's types that have no numbers to judge, written anew: Ed25519, ML-DSA and ML-KEM keys are what
 * they are made of. `undefined` for any other. The caller zeroes both.
 */
export function canonicalPkcs8(pkcs8: Uint8Array, type: string): Uint8Array | undefined {
  try {
    const key = createPrivateKey({ key: Buffer.from(pkcs8.buffer, pkcs8.byteOffset, pkcs8.length), format: 'der', type: 'pkcs8' })
    return key.asymmetricKeyType === type ? key.export({ format: 'der', type: 'pkcs8' }) : undefined
  } catch {
    return undefined
  }
}
