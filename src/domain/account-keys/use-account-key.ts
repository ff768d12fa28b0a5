// The one way to the mathematics of an account's key: found, permitted, then judged by state, usage and algorithm, then opened.
import assert from 'node:assert/strict'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { OwnedFacts } from '#domain/access/permit.ts'
import { permissionRow, type Permission } from '#domain/access/permissions.ts'
import type { EncryptionContext } from '#domain/envelopes/encryption-context.ts'
import type { FindingNeeds, FoundAccountKey, HeldAccountKey } from './find-account-key.ts'
import { keyArn } from './key-arn.ts'
import { noteKeyUse } from './key-last-use.ts'
import { assertKeyState } from './key-states.ts'
import { findOrMakeKey } from './managed-keys.ts'
import { materialPlace, type KeyMaterial } from './make-material.ts'
import { useMaterial, type OpenedAccountKey } from './material.ts'
import { permitKey } from './permit-account-key.ts'
import type { AccountKey } from './records.ts'
import type { AccountKeyUsage } from './specs.ts'

export type UseNeeds = FindingNeeds &
  Needs<
    | 'access'
    | 'externalKeys'
    | 'keyGrants'
    | 'keyStores'
    | 'keyTallies'
    | 'latestKeyUses'
    | 'module'
    | 'store'
    | 'storeRates'
    | 'tokenClusters'
    | 'ground'
  >

/** A key as the caller names it: id, ARN, alias. */
export interface KeyReference {
  readonly id: string
  readonly region: string
}

export interface KeyUse {
  readonly permission: Permission
  readonly usage: AccountKeyUsage
  readonly algorithm: string
  /** Specs that take the algorithm. */
  readonly specs: readonly string[]
  /** What the request says besides, for conditions of policies. */
  readonly facts: OwnedFacts
  /** What grants are held to. */
  readonly bound?: EncryptionContext
}

/** A key that the caller may use as it asked to. Keys of services appear when they are first used. Raises what `findAccountKey` and `permitUse` raise. */
export async function keyForUse(context: UseNeeds, call: Call, asked: KeyUse & { readonly key: KeyReference }): Promise<HeldAccountKey> {
  const found = await findOrMakeKey(context, call, { ...asked.key, accepts: 'any', permission: asked.permission })
  await permitUse(context, call, { ...asked, found })
  return found.key
}

/** First whether the caller may, then whether the key can. Raises `AccessDenied`, what `assertKeyState` raises, `KeyUsageInvalid`. */
export async function permitUse(context: UseNeeds, call: Call, use: KeyUse & { readonly found: FoundAccountKey }): Promise<void> {
  const { found } = use
  const { key } = found
  call.target = { keyId: keyArn(key.value), algorithm: use.algorithm }
  const bound = use.bound && { encryptionContext: Object.fromEntries(use.bound) }
  await permitKey(context, call, { ...found, ...bound, permission: use.permission, facts: use.facts })
  await assertKeyState(context, call, { key, operation: 'use' })
  assertFits(key.value, use)
  noteKeyUse(context, call, key)
}

function assertFits(key: AccountKey, { permission, usage, algorithm, specs }: KeyUse): void {
  const invalid = (message: string): Problem => new Problem({ code: 'KeyUsageInvalid', details: { message } })
  const operation = permissionRow(permission).account?.split(':')[1] ?? permission
  if (key.usage !== usage) throw invalid(`${keyArn(key)} key usage is ${key.usage} which is not valid for ${operation}.`)
  if (!specs.includes(key.spec)) throw invalid(`Algorithm ${algorithm} and key spec ${key.spec} are incompatible.`)
}

/** What new signatures, codes and ciphertexts are made with. */
export function currentMaterial({ materials }: AccountKey): KeyMaterial {
  const current = materials.find(({ state }) => state === 'current')
  assert(current !== undefined, 'a key that is enabled has material')
  return current
}

/** The material that a ciphertext names, if it is one of this key's and here. */
export const materialNamed = ({ materials }: AccountKey, id: string): KeyMaterial | undefined =>
  materials.find(material => material.id === id && material.imported?.present !== false)

/** Opens a material of a key that `permitUse` has let pass. */
export const openMaterial = async (context: UseNeeds, key: HeldAccountKey, material: KeyMaterial): Promise<OpenedAccountKey> =>
  useMaterial(context, key.value, { place: materialPlace(key.id, material.id), module: material.module })

/** The current material, of the kind that the usage means: another one is a bug, for the spec has been judged. */
export async function openCurrent<K extends OpenedAccountKey['kind']>(
  context: UseNeeds,
  key: HeldAccountKey,
  ...kinds: readonly K[]
): Promise<Extract<OpenedAccountKey, { readonly kind: K }>> {
  return asKind(await openMaterial(context, key, currentMaterial(key.value)), kinds)
}

function asKind<K extends OpenedAccountKey['kind']>(
  opened: OpenedAccountKey,
  kinds: readonly K[],
): Extract<OpenedAccountKey, { readonly kind: K }> {
  const isKind = (one: OpenedAccountKey): one is Extract<OpenedAccountKey, { readonly kind: K }> => kinds.some(kind => kind === one.kind)
  assert(isKind(opened), 'the material is of the kind of its spec')
  return opened
}

/** Everything was allowed and possible: a dry run ends here (aws-kms.md 1.6). */
export function endOfDryRun(dryRun: boolean | undefined): void {
  if (dryRun === true) throw new Problem({ code: 'DryRunPassed' })
}
