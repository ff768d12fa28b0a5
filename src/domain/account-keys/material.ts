// From a key's spec and usage to the module's own words for it. The one place that knows both.
import assert from 'node:assert/strict'
import { canonicalPkcs8 } from '#crypto/canonical-pkcs8.ts'
import type { EcSpecName } from '#crypto/curves.ts'
import { importGate } from '#crypto/import-gate.ts'
import type { KeySpec } from '#crypto/key-specs.ts'
import { macSpecs, type MacSpec } from '#crypto/mac-keys.ts'
import { mlDsaSeed, mlDsaSpecs, type MlDsaSpec } from '#crypto/ml-dsa.ts'
import { mlKemSpecs, type MlKemSpec } from '#crypto/ml-kem.ts'
import { membersOfPkcs8 } from '#crypto/pkcs8-members.ts'
import { Problem } from '#model/problem.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type {
  CryptoModule,
  MadeKey,
  UsableAgreementKey,
  UsableEdwardsKey,
  UsableEnvelopeKey,
  UsableKemKey,
  UsableKey,
  UsableMacKey,
  UsableMlDsaKey,
} from '#ports/crypto-module.ts'
import type { Material, Place } from '#ports/record-store.ts'
import type { Needs } from '#domain/context.ts'
import type { AccountKeySpec, AccountKeyUsage } from './specs.ts'

/** What a key's material is to a module: by usage too, for a curve signs or agrees. */
type ModuleKey =
  | { readonly kind: 'envelope' }
  | { readonly kind: 'pair'; readonly spec: KeySpec }
  | { readonly kind: 'agreement'; readonly spec: EcSpecName }
  | { readonly kind: 'edwards' }
  | { readonly kind: 'mac'; readonly spec: MacSpec }
  | { readonly kind: 'mlDsa'; readonly spec: MlDsaSpec }
  | { readonly kind: 'kem'; readonly spec: MlKemSpec }

const moduleKeys = {
  SYMMETRIC_DEFAULT: { kind: 'envelope' },
  RSA_2048: { kind: 'pair', spec: 'RSA-2048' },
  RSA_3072: { kind: 'pair', spec: 'RSA-3072' },
  RSA_4096: { kind: 'pair', spec: 'RSA-4096' },
  ECC_NIST_P256: { kind: 'pair', spec: 'P-256' },
  ECC_NIST_P384: { kind: 'pair', spec: 'P-384' },
  ECC_NIST_P521: { kind: 'pair', spec: 'P-521' },
  ECC_SECG_P256K1: { kind: 'pair', spec: 'P-256K' },
  ECC_NIST_EDWARDS25519: { kind: 'edwards' },
  HMAC_224: { kind: 'mac', spec: 'HMAC-224' },
  HMAC_256: { kind: 'mac', spec: 'HMAC-256' },
  HMAC_384: { kind: 'mac', spec: 'HMAC-384' },
  HMAC_512: { kind: 'mac', spec: 'HMAC-512' },
  ML_DSA_44: { kind: 'mlDsa', spec: 'ML-DSA-44' },
  ML_DSA_65: { kind: 'mlDsa', spec: 'ML-DSA-65' },
  ML_DSA_87: { kind: 'mlDsa', spec: 'ML-DSA-87' },
  ML_KEM_512: { kind: 'kem', spec: 'ML-KEM-512' },
  ML_KEM_768: { kind: 'kem', spec: 'ML-KEM-768' },
  ML_KEM_1024: { kind: 'kem', spec: 'ML-KEM-1024' },
} as const satisfies Record<AccountKeySpec, ModuleKey>

export interface SpecAndUsage {
  readonly spec: AccountKeySpec
  readonly usage: AccountKeyUsage
}

function moduleKey({ spec, usage }: SpecAndUsage): ModuleKey {
  const row: ModuleKey = moduleKeys[spec]
  if (usage !== 'KEY_AGREEMENT') return row
  assert(row.kind === 'pair' && isCurve(row.spec), 'only curves agree')
  return { kind: 'agreement', spec: row.spec }
}
const isCurve = (spec: KeySpec): spec is EcSpecName => spec.startsWith('P-')

/** New material for this place, off the calling thread where it takes long. */
export async function generateMaterial(module: CryptoModule, key: SpecAndUsage, place: Place): Promise<MadeKey> {
  const row = moduleKey(key)
  if (row.kind === 'envelope') return module.envelopes.generate('AES-256', place)
  // What a pair on a curve is to be used for changes nothing in it.
  if (row.kind === 'pair' || row.kind === 'agreement') return module.generate(row.spec, place)
  if (row.kind === 'edwards') return module.edwards.generate('Ed25519', place)
  if (row.kind === 'mac') return module.macs.generate(row.spec, place)
  if (row.kind === 'mlDsa') return module.generateMlDsa(row.spec, place)
  return module.kems.generate(row.spec, place)
}

/** Takes brought bytes in, if they are a key of this spec and sound: raw for symmetric keys, PKCS #8 DER for private ones. Raises `KeyMaterialIncorrect`. */
export async function importMaterial(
  module: CryptoModule,
  key: SpecAndUsage,
  brought: { readonly secret: SecretBytes; readonly place: Place },
): Promise<MadeKey> {
  const row = moduleKey(key)
  const { secret, place } = brought
  if (row.kind === 'envelope') {
    if (secret.length !== 32) throw unsound('Key material must be 32 bytes long.')
    return module.envelopes.import('AES-256', secret, place)
  }
  if (row.kind === 'mac') {
    const { min, max } = macSpecs[row.spec].taken
    if (secret.length < min || secret.length > max) throw unsound(`Key material must be ${min} to ${max} bytes long.`)
    return module.macs.import(row.spec, secret, place)
  }
  return importPair(module, row, brought)
}

type PairKey = Exclude<ModuleKey, { readonly kind: 'envelope' | 'mac' }>

async function importPair(
  module: CryptoModule,
  row: PairKey,
  { secret, place }: { readonly secret: SecretBytes; readonly place: Place },
): Promise<MadeKey> {
  using sound = await soundPkcs8(row, secret)
  // Awaited here: what is disposed of must have been read.
  if (row.kind === 'pair') return await module.import(row.spec, sound, place)
  if (row.kind === 'agreement') return await module.agreements.import(row.spec, sound, place)
  if (row.kind === 'edwards') return await module.edwards.import('Ed25519', sound, place)
  if (row.kind === 'kem') return await module.kems.import(row.spec, sound, place)
  using seed = new SecretBytes(Uint8Array.from(mlDsaSeed(sound.bytes)))
  return await module.importMlDsa(row.spec, seed, place)
}

async function soundPkcs8(row: PairKey, secret: SecretBytes): Promise<SecretBytes> {
  if (row.kind === 'pair' || row.kind === 'agreement') return throughTheGate(secret, row.spec)
  if (row.kind === 'edwards') return canonical(secret, 'ed25519')
  return canonical(secret, row.kind === 'kem' ? mlKemSpecs[row.spec].name : mlDsaSpecs[row.spec].name)
}

const unsound = (message: string): Problem => new Problem({ code: 'KeyMaterialIncorrect', details: { message } })
const ofAnotherSpec = (): Problem => unsound('Key material is not a private key of the KMS key’s spec.')

async function throughTheGate(secret: SecretBytes, spec: KeySpec): Promise<SecretBytes> {
  const members = membersOfPkcs8(secret.bytes)
  const judged = members === undefined ? undefined : await importGate(members)
  if (judged === undefined || 'flaw' in judged) throw ofAnotherSpec()
  const pkcs8 = new SecretBytes(judged.pkcs8)
  if (judged.spec === spec) return pkcs8
  pkcs8[Symbol.dispose]()
  throw ofAnotherSpec()
}

function canonical(secret: SecretBytes, type: string): SecretBytes {
  const pkcs8 = canonicalPkcs8(secret.bytes, type)
  if (pkcs8 === undefined) throw ofAnotherSpec()
  return new SecretBytes(pkcs8)
}

/** By type of key: what it is asked for differs. */
export type OpenedAccountKey =
  | { readonly kind: 'envelope'; readonly key: UsableEnvelopeKey }
  | { readonly kind: 'pair'; readonly spec: KeySpec; readonly key: UsableKey }
  | { readonly kind: 'agreement'; readonly spec: EcSpecName; readonly key: UsableAgreementKey }
  | { readonly kind: 'edwards'; readonly key: UsableEdwardsKey }
  | { readonly kind: 'mac'; readonly key: UsableMacKey }
  | { readonly kind: 'mlDsa'; readonly key: UsableMlDsaKey }
  | { readonly kind: 'kem'; readonly spec: MlKemSpec; readonly key: UsableKemKey }

/** Opens a backing key of a key that has been found, permitted and judged. */
export async function useMaterial(
  { module, store }: Needs<'module' | 'store'>,
  key: SpecAndUsage,
  material: { readonly place: Place; readonly module: string },
): Promise<OpenedAccountKey> {
  const row = moduleKey(key)
  const { place } = material
  const own = module(material.module)
  const stored = async (): Promise<Material> => {
    const found = await store.material(place)
    assert(found !== undefined, 'a backing key without material')
    return found
  }
  if (row.kind === 'envelope') return { ...row, key: await own.envelopes.use(place, 'AES-256', stored) }
  if (row.kind === 'pair') return { ...row, key: await own.use(place, row.spec, stored) }
  if (row.kind === 'agreement') return { ...row, key: await own.agreements.use(place, row.spec, stored) }
  if (row.kind === 'edwards') return { ...row, key: await own.edwards.use(place, 'Ed25519', stored) }
  if (row.kind === 'mac') return { ...row, key: await own.macs.use(place, row.spec, stored) }
  if (row.kind === 'mlDsa') return { ...row, key: await own.useMlDsa(place, row.spec, stored) }
  return { ...row, key: await own.kems.use(place, row.spec, stored) }
}
