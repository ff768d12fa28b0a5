import assert from 'node:assert/strict'
import { isMlDsa } from '#crypto/ml-dsa.ts'
import { isSymmetric } from '#crypto/symmetric.ts'
import type { MadeKey } from '#ports/crypto-module.ts'
import type { Place } from '#ports/record-store.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { tellOfVersion } from '#domain/events/vault-events.ts'
import { changedAttributes, wholeSecond, type ObjectAttributes, type ObjectTags } from '#domain/vault-objects/attributes.ts'
import { assertNotAskedFor, assertUnmanaged } from '#domain/vault-objects/managed.ts'
import { objectPath } from '#domain/vault-objects/reference.ts'
import { withDueAt } from './due.ts'
import { policyForVersion } from './exportable.ts'
import { keyRecord, type HeldKey } from './find-key.ts'
import type { Key, KeyOperation, KeyVersion, ReleasePolicy } from './records.ts'
import { keyArmId, type KeyName } from './reference.ts'
import type { AnyKind } from './specs.ts'

/** Where new keys of vaults are made until a vault names another module. */
export const defaultModule = 'software'

export type MakingNeeds = Needs<'keys' | 'certificates' | 'module' | 'ground'>

/** New material of that kind. */
export const generating =
  ({ module }: Needs<'module'>, spec: AnyKind['spec']): NewVersion['make'] =>
  async place => {
    const maker = module(defaultModule)
    if (isSymmetric(spec)) return maker.generateSymmetric(spec, place)
    return isMlDsa(spec) ? maker.generateMlDsa(spec, place) : maker.generate(spec, place)
  }

/** A version that is about to be: its material is made for this place, whichever try commits it. */
export interface NewVersion {
  readonly named: KeyName
  /** Where its certificate has chosen it already; 32 lower-case hex digits. */
  readonly id?: string
  readonly kind: AnyKind
  readonly origin: KeyVersion['origin']
  /** As a refusal names it; `certificate`: its certificate makes it, and keeps the key. */
  readonly operation: 'create' | 'import' | 'rotate' | 'certificate'
  readonly keyOps: KeyOperation[]
  readonly attributes: ObjectAttributes | undefined
  readonly tags: ObjectTags | undefined
  /** What the caller said of release; `inherited`: as the key has it already. */
  readonly release?: ReleasePolicy | undefined | 'inherited'
  make(place: Place): Promise<MadeKey>
}

/** The key under a name that may take a new version, or `undefined` for a free name. Raises `KeyManaged`, `KeyNameDeleted`. */
async function keyForNewVersion(
  context: Needs<'keys' | 'certificates'>,
  call: Call,
  { named, operation }: Pick<NewVersion, 'named' | 'operation'>,
): Promise<HeldKey | undefined> {
  const key = await keyRecord(context, call, named)
  if (key === undefined && operation !== 'certificate') await assertNotAskedFor(context, call, { named, refusal: 'KeyManaged', operation })
  if (key !== undefined && operation !== 'certificate') assertUnmanaged(key.value, 'KeyManaged', operation)
  assert(key === undefined || operation !== 'certificate' || key.value.managed === true, 'a certificate takes a key that is not its own')
  if (key?.value.deleted !== undefined) throw new Problem({ code: 'KeyNameDeleted', details: { name: key.value.name } })
  return key
}

/**
 * Makes material once for all tries and stages the version, on the key that is there or on a new one.
 * Nothing is inherited from the version before. Raises `KeyManaged`, `KeyNameDeleted`, `InvalidBody`.
 */
export async function addVersion(
  context: MakingNeeds,
  call: Call,
  asked: NewVersion,
): Promise<{ readonly key: Key; readonly version: KeyVersion }> {
  const { named, kind, origin, keyOps, attributes, tags } = asked
  call.target = { keyId: keyArmId(named) }
  const window = changedAttributes({ enabled: true }, attributes)
  const before = await keyForNewVersion(context, call, asked)
  const id = context.keys.idOf(named.vault.compartment, objectPath(named.name))
  const { place, made } = await call.once(`key version of ${id}: ${kind.spec} ${asked.id ?? ''}`, async () => {
    const place: Place = { id, version: asked.id ?? context.ground.random.bytes(16).toHex() }
    return { place, made: await asked.make(place) }
  })
  if (made.publicKey === undefined && !isSymmetric(kind.spec)) throw new Error('a key pair without its public half')
  const version: KeyVersion = {
    id: place.version,
    ...kind,
    module: defaultModule,
    origin,
    keyOps,
    ...window,
    createdAt: wholeSecond(call.at),
    updatedAt: wholeSecond(call.at),
    ...(tags !== undefined && { tags: { ...tags } }),
    ...(made.publicKey !== undefined && { publicKey: Buffer.from(made.publicKey).toString('base64') }),
  }
  const key = stageVersion(context, call, { asked, before, version })
  call.materials.push({ place, material: made.material })
  tellOfVersion(context, call, { kind: 'Key', occasion: 'NewVersionCreated', object: id, version })
  call.target = { keyId: keyArmId({ vault: named.vault, name: key.name }), version: version.id }
  return { key, version }
}

function stageVersion(
  { keys }: Needs<'keys'>,
  call: Call,
  change: { readonly asked: NewVersion; readonly before: HeldKey | undefined; readonly version: KeyVersion },
): Key {
  const { asked, before, version } = change
  const { named, operation } = asked
  const releasePolicy = policyForVersion(before?.value, asked.release)
  const released = releasePolicy !== undefined && { releasePolicy }
  if (before !== undefined)
    return keys.update(call, before, withDueAt({ ...before.value, versions: [...before.value.versions, version], ...released })).value
  const value: Key = { name: named.name, versions: [version], ...(operation === 'certificate' && { managed: true }), ...released }
  return keys.create(call, named.vault.compartment, { path: objectPath(named.name), value: withDueAt(value) }).value
}
