import { keySpecs, type KeySpec } from '#crypto/key-specs.ts'
import { Problem } from '#model/problem.ts'
import type { KeyUsage } from '#ports/pki.ts'
import type { KeyOperation } from '#domain/keys/records.ts'
import { keyOpsFor } from '#domain/keys/specs.ts'

/** What a usage lets the certificate's key do in the vault (key-vault.md 4.2). */
const operationsOf: Readonly<Record<KeyUsage, readonly KeyOperation[]>> = {
  digitalSignature: ['sign', 'verify'],
  nonRepudiation: ['sign', 'verify'],
  keyEncipherment: ['wrapKey', 'unwrapKey'],
  dataEncipherment: ['encrypt', 'decrypt'],
  keyAgreement: [],
  keyCertSign: ['sign', 'verify'],
  cRLSign: ['sign', 'verify'],
  encipherOnly: ['encrypt'],
  decipherOnly: ['decrypt'],
}

const forEc: readonly KeyOperation[] = ['sign', 'verify']
const fits = (spec: KeySpec, operation: KeyOperation): boolean => keySpecs[spec].kty === 'RSA' || forEc.includes(operation)

/** Each once, in the usages' order. */
const operationsFor = (usages: readonly KeyUsage[]): readonly KeyOperation[] => [...new Set(usages.flatMap(usage => operationsOf[usage]))]

/** A curve encrypts nothing: raises `KeyOperationsUnsupported`. */
export function assertKeyServes(spec: KeySpec, usages: readonly KeyUsage[]): void {
  const wrong = operationsFor(usages).filter(operation => !fits(spec, operation))
  if (wrong.length > 0) throw new Problem({ code: 'KeyOperationsUnsupported', details: { given: wrong, supported: forEc } })
}

/**
 * Operations of a certificate's key: those of its usages, or all that its type has where the certificate restricts none (RFC 5280 4.2.1.3).
 * What another issuer wrote and the type cannot do is left out.
 */
export function keyOpsOf(spec: KeySpec, usages: readonly KeyUsage[]): KeyOperation[] {
  if (usages.length === 0) return keyOpsFor(spec, undefined)
  return operationsFor(usages).filter(operation => fits(spec, operation))
}
