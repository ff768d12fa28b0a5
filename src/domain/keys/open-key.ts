import assert from 'node:assert/strict'
import type { UsableKey } from '#ports/crypto-module.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Permission } from '#domain/access/permissions.ts'
import { requireKey, type FoundKey, type HeldKey } from './find-key.ts'
import type { KeyVersion } from './records.ts'
import { keyArmId, keyScope, type KeyReference } from './reference.ts'
import { assertUsable, type KeyUse } from './states.ts'

/** What verbs that use a key's material touch. */
export type KeyNeeds = Needs<'keys' | 'module' | 'store'>

export interface KeyOpening {
  readonly permit: Permit<Permission>
  readonly reference: KeyReference
  readonly operation: KeyUse
  /** For the entry. */
  readonly algorithm: string
}

export interface OpenKey {
  readonly key: HeldKey
  readonly version: KeyVersion
  readonly usable: UsableKey
}

/**
 * The only way to a key's mathematics: against a permit for this very key, then found, then its state, dates and key_ops.
 * Notes what it read; names the key in the call's entry. Raises `KeyNotFound` and the refusals of `assertUsable`.
 */
export async function openKey(context: KeyNeeds, call: Call, opening: KeyOpening): Promise<OpenKey> {
  const { permit, reference, operation, algorithm } = opening
  assertPermits(permit, keyScope(reference.vault, reference.name))
  call.target = { keyId: keyArmId(reference), ...(reference.version !== 'current' && { version: reference.version }), algorithm }
  const { key, version } = await requireKey(context, call, reference)
  call.target = { keyId: keyArmId({ vault: reference.vault, name: key.value.name }), version: version.id, algorithm }
  assertUsable(version, operation, call.at)
  return { key, version, usable: await useMaterial(context, { key, version }) }
}

/** Opens what has been found and judged: for verbs that have no permit for the key itself, and use it by their own. */
export async function useMaterial({ module, store }: KeyNeeds, { key, version }: FoundKey): Promise<UsableKey> {
  const place = { id: key.id, version: version.id }
  return module(version.module).use(place, version.spec, async () => {
    const material = await store.material(place)
    assert(material !== undefined, 'a key version without material')
    return material
  })
}
