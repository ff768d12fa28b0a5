import { keySpecs, type KeySpec } from '#crypto/key-specs.ts'
import { isMlDsa, type MlDsaSpec } from '#crypto/ml-dsa.ts'
import { isSymmetric, type SymmetricSpec } from '#crypto/symmetric.ts'
import { namesOf } from '#model/names.ts'
import { Problem } from '#model/problem.ts'
import type { Vault } from '#domain/resources/records.ts'
import { keyOperations, type KeyOperation } from './records.ts'

/** The pairs that a vault makes and stores (key-vault.md 2.2). */
export const keyTypes = ['RSA', 'RSA-HSM', 'EC', 'EC-HSM'] as const
export type KeyType = (typeof keyTypes)[number]

export interface KindOfKey {
  readonly spec: KeySpec
  /** Kept where a module for hardware keys keeps them. */
  readonly hsm: boolean
}

/** What every key of a vault is: a pair for a curve or a modulus, a symmetric key, a pair of ML-DSA. */
export interface AnyKind {
  readonly spec: KeySpec | SymmetricSpec | MlDsaSpec
  readonly hsm: boolean
}

/** The one type of symmetric keys: none is kept in software's place (key-vault.md 0.8). */
export const symmetricType = 'oct-HSM'

export const keyType = ({ spec, hsm }: KindOfKey): KeyType => `${keySpecs[spec].kty}${hsm ? '-HSM' : ''}`
export const mlDsaTypes = ['AKP', 'AKP-HSM'] as const
export type MlDsaType = (typeof mlDsaTypes)[number]

export function anyKeyType({ spec, hsm }: AnyKind): KeyType | MlDsaType | typeof symmetricType {
  if (isSymmetric(spec)) return symmetricType
  if (isMlDsa(spec)) return hsm ? 'AKP-HSM' : 'AKP'
  return keyType({ spec, hsm })
}

const symmetricSizes = [128, 192, 256]

/** Raises `KeySizeNotSupported`. */
export function symmetricKind(bits = 256): AnyKind {
  const spec = `oct-${bits}`
  if (isSymmetric(spec)) return { spec, hsm: true }
  throw new Problem({ code: 'KeySizeNotSupported', details: { size: bits, supported: symmetricSizes } })
}

/** The older name of P-256K that some clients still send. */
const curveAliases: Readonly<Record<string, string>> = { SECP256K1: 'P-256K' }
const specNames = namesOf(keySpecs)
/** In bits. */
export const rsaSizes = specNames.map(name => keySpecs[name]).flatMap(spec => (spec.kty === 'RSA' ? [spec.bits] : []))

/** The curve under its own name. */
export const curveNamed = (crv: string): string => curveAliases[crv] ?? crv

/**
 * Type, size and curve as one spec. What does not belong to the type is ignored: cosign sends a size with its curves (key-vault.md 2.2).
 * Raises `KeySizeNotSupported`, `InvalidBody`.
 */
export function kindOf(asked: {
  readonly type: KeyType
  readonly bits?: number | undefined
  readonly crv?: string | undefined
}): KindOfKey {
  const { type, bits = 2048, crv = 'P-256' } = asked
  const hsm = type.endsWith('-HSM')
  const wanted = type.startsWith('RSA') ? `RSA-${bits}` : curveNamed(crv)
  const spec = specNames.find(name => name === wanted)
  if (spec !== undefined) return { spec, hsm }
  if (type.startsWith('RSA')) throw new Problem({ code: 'KeySizeNotSupported', details: { size: bits, supported: rsaSizes } })
  throw new Problem({ code: 'InvalidBody', details: { name: 'crv', message: 'must be one of P-256, P-256K, P-384, P-521' } })
}

/** Hardware kinds are premium's. Raises `KeyTypeNeedsPremium`. */
export function assertTypeOffered(vault: Pick<Vault, 'sku'>, { hsm }: Pick<AnyKind, 'hsm'>): void {
  if (hsm && vault.sku !== 'premium') throw new Problem({ code: 'KeyTypeNeedsPremium' })
}

const forRsa = ['encrypt', 'decrypt', 'sign', 'verify', 'wrapKey', 'unwrapKey'] as const
const forEc = ['sign', 'verify'] as const
const forSymmetric = ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'] as const

/** What each type has unless something else is asked for, and what may be asked for. */
function operationsOf(spec: AnyKind['spec']): { readonly usual: readonly KeyOperation[]; readonly supported: readonly string[] } {
  if (isSymmetric(spec)) return { usual: forSymmetric, supported: [...forSymmetric, ...forEc] }
  if (isMlDsa(spec)) return { usual: forEc, supported: forEc }
  return keySpecs[spec].kty === 'RSA' ? { usual: forRsa, supported: [...forRsa, 'import'] } : { usual: forEc, supported: forEc }
}

const isOperation = (name: string): name is KeyOperation => keyOperations.some(operation => operation === name)

/**
 * The operations of a new version: what was asked for, in its order, or all that the type has. A key exchange key has `import` alone, and `export`
 * is an exportable key's (key-vault.md 2.3); release asks for no operation.
 * Raises `KeyOperationsUnsupported`, `InvalidBody`.
 */
export function keyOpsFor(
  spec: AnyKind['spec'],
  asked: readonly string[] | undefined,
  { exportable = false }: { readonly exportable?: boolean } = {},
): KeyOperation[] {
  const { usual, supported: ofType } = operationsOf(spec)
  if (asked === undefined) return [...usual]
  const supported = exportable ? [...ofType, 'export'] : ofType
  const wrong = asked.filter(operation => !supported.includes(operation))
  if (wrong.length > 0) throw new Problem({ code: 'KeyOperationsUnsupported', details: { given: wrong, supported } })
  // What a key exchange key wrapped could be had through any other operation (the service's BYOK specification).
  if (asked.includes('import') && asked.some(operation => operation !== 'import'))
    throw new Problem({ code: 'InvalidBody', details: { name: 'key_ops', message: 'must hold "import" alone or not at all' } })
  return [...new Set(asked.filter(isOperation))]
}
