import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import { isRsa } from '#crypto/algorithm-fit.ts'
import { keySpecs } from '#crypto/key-specs.ts'
import type { KeySpec } from '#crypto/key-specs.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Bytes } from '#model/brands.ts'

const generatePair = promisify(generateKeyPair)
const publicKeyEncoding = { format: 'der', type: 'spki' } as const
const privateKeyEncoding = { format: 'der', type: 'pkcs8' } as const

/** By OpenSSL on a thread of the pool; RSA's exponent is 65537 (key-vault.md 2.2). */
export async function generatePkcs8(spec: KeySpec): Promise<{ readonly pkcs8: SecretBytes; readonly publicKey: Bytes }> {
  const pair = isRsa(spec)
    ? await generatePair('rsa', { modulusLength: keySpecs[spec].bits, publicExponent: 65_537, publicKeyEncoding, privateKeyEncoding })
    : await generatePair('ec', { namedCurve: keySpecs[spec].opensslName, publicKeyEncoding, privateKeyEncoding })
  return { pkcs8: new SecretBytes(pair.privateKey), publicKey: Uint8Array.from(pair.publicKey) }
}
