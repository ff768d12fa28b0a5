import { generateKeyPair, type KeyPairExportResult } from 'node:crypto'
import { promisify } from 'node:util'
import { isRsa } from '#crypto/algorithm-fit.ts'
import { keySpecs } from '#crypto/key-specs.ts'
import type { KeySpec } from '#crypto/key-specs.ts'
import { mlKemSpecs } from '#crypto/ml-kem.ts'
import type { MlKemSpec } from '#crypto/ml-kem.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Bytes } from '#model/brands.ts'
import type { DataKeyPairSpec, EdwardsSpec } from '#ports/crypto-module.ts'

const generatePair = promisify(generateKeyPair)
const publicKeyEncoding = { format: 'der', type: 'spki' } as const
const privateKeyEncoding = { format: 'der', type: 'pkcs8' } as const
const der = { publicKeyEncoding, privateKeyEncoding } as const

export interface MadePair {
  readonly pkcs8: SecretBytes
  readonly publicKey: Bytes
}

/** By OpenSSL on a thread of the pool; RSA's exponent is 65537 (key-vault.md 2.2). */
export async function generatePkcs8(spec: DataKeyPairSpec): Promise<MadePair> {
  const pair = await generated(spec)
  return { pkcs8: new SecretBytes(pair.privateKey), publicKey: Uint8Array.from(pair.publicKey) }
}

const isKem = (spec: DataKeyPairSpec): spec is MlKemSpec => Object.hasOwn(mlKemSpecs, spec)
const isNamed = (spec: KeySpec | EdwardsSpec): spec is KeySpec => spec !== 'Ed25519'

async function generated(spec: DataKeyPairSpec): Promise<KeyPairExportResult<typeof der>> {
  if (isKem(spec)) return generatePair(mlKemSpecs[spec].name, der)
  if (!isNamed(spec)) return generatePair('ed25519', der)
  return isRsa(spec)
    ? generatePair('rsa', { modulusLength: keySpecs[spec].bits, publicExponent: 65_537, ...der })
    : generatePair('ec', { namedCurve: keySpecs[spec].opensslName, ...der })
}
