import assert from 'node:assert/strict'
import { keySpecs } from '#crypto/key-specs.ts'
import { isMlDsa, type MlDsaSpec } from '#crypto/ml-dsa.ts'
import { isSymmetric } from '#crypto/symmetric.ts'
import type { UsableKey, UsableMlDsaKey, UsableSymmetricKey } from '#ports/crypto-module.ts'
import type { Material } from '#ports/record-store.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Permission } from '#domain/access/permissions.ts'
import { requireKey, type FoundKey, type HeldKey } from './find-key.ts'
import type { KeyVersion } from './records.ts'
import { keyArmId, keyScope, type KeyReference } from './reference.ts'
import { assertUsable, type KeyUse } from './states.ts'

/** What verbs that use a key's material touch. */
export type KeyNeeds = Needs<'keys' | 'module' | 'store' | 'access'>

export interface KeyOpening {
  readonly permit: Permit<Permission>
  readonly reference: KeyReference
  readonly operation: KeyUse
  /** For the entry. */
  readonly algorithm: string
}

/** By type of key: what it is asked for differs. */
export type OpenedMaterial =
  | { readonly kty: 'RSA' | 'EC'; readonly key: UsableKey }
  | { readonly kty: 'oct'; readonly key: UsableSymmetricKey }
  | { readonly kty: 'AKP'; readonly spec: MlDsaSpec; readonly key: UsableMlDsaKey }

export interface OpenKey {
  readonly key: HeldKey
  readonly version: KeyVersion
  readonly usable: OpenedMaterial
}

/** What who may read a pair may do with its public half, and nobody with a symmetric key (identity-and-arm.md 3.3). */
const symmetricPermissions: { readonly [U in KeyUse]?: Permission } = {
  encrypt: 'key.encryptSymmetric',
  wrapKey: 'key.wrapSymmetric',
  verify: 'key.verifySymmetric',
}

/**
 * The only way to a key's mathematics: against a permit for this very key, then found, then its state, dates and key_ops.
 * Notes what it read; names the key in the call's entry. Raises `KeyNotFound`, `AccessDenied` and the refusals of `assertUsable`.
 */
export async function openKey(context: KeyNeeds, call: Call, opening: KeyOpening): Promise<OpenKey> {
  const { permit, reference, operation, algorithm } = opening
  assertPermits(permit, keyScope(reference.vault, reference.name))
  call.target = { keyId: keyArmId(reference), ...(reference.version !== 'current' && { version: reference.version }), algorithm }
  const { key, version } = await requireKey(context, call, reference)
  call.target = { keyId: keyArmId({ vault: reference.vault, name: key.value.name }), version: version.id, algorithm }
  const own = isSymmetric(version.spec) ? symmetricPermissions[operation] : undefined
  // The type is known only now, and what carried this far may have been the right to read.
  if (own !== undefined) context.access.permit(call, own, { on: permit.question.on, facts: permit.question.facts })
  assertUsable(version, operation, call.at)
  return { key, version, usable: await useMaterial(context, { key, version }) }
}

/** Opens what has been found and judged: for verbs that have no permit for the key itself, and use it by their own. */
export async function useMaterial(
  { module, store }: Pick<KeyNeeds, 'module' | 'store'>,
  { key, version }: FoundKey,
): Promise<OpenedMaterial> {
  const place = { id: key.id, version: version.id }
  const { spec } = version
  const stored = async (): Promise<Material> => {
    const material = await store.material(place)
    assert(material !== undefined, 'a key version without material')
    return material
  }
  const own = module(version.module)
  if (isSymmetric(spec)) return { kty: 'oct', key: await own.useSymmetric(place, spec, stored) }
  if (isMlDsa(spec)) return { kty: 'AKP', spec, key: await own.useMlDsa(place, spec, stored) }
  return { kty: keySpecs[spec].kty, key: await own.use(place, spec, stored) }
}
