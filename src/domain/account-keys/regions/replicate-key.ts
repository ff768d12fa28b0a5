import assert from 'node:assert/strict'
import { Problem } from '#model/problem.ts'
import type { JsonObject } from '#domain/audit/canonical-json.ts'
import { noteTrailResource } from '#domain/audit/trail-facts.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Permit } from '#domain/access/permit.ts'
import { regionForWriting } from '#domain/accounts/account-region.ts'
import { checkedKeyPolicy } from '#domain/account-keys/checked-key-policy.ts'
import { countKey } from '#domain/account-keys/key-tally.ts'
import { noOwnedFacts } from '#domain/account-keys/key-facts.ts'
import { defaultKeyPolicy } from '#domain/account-keys/key-policy.ts'
import { accountKeyById, type HeldAccountKey } from '#domain/account-keys/find-account-key.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'
import { assertKeyState } from '#domain/account-keys/key-states.ts'
import { assertTags, type KeyTags } from '#domain/account-keys/key-tags.ts'
import { materialPlace, shareMaterial, type KeyMaterial } from '#domain/account-keys/make-material.ts'
import { assertPermitsKey, assertPermitsRegion } from '#domain/account-keys/permit-account-key.ts'
import type { AccountKey } from '#domain/account-keys/records.ts'
import { stageChange } from '#domain/account-keys/stage-change.ts'
import { isPrimary, relatedKeys } from './related-keys.ts'

type ReplicatingNeeds = Needs<
  'access' | 'accountKeys' | 'accountRegions' | 'keyStores' | 'keyTallies' | 'policyBook' | 'module' | 'store' | 'ground' | 'instance'
>

/** What a replica has of its own. */
export interface NewReplica {
  readonly region: string
  readonly description: string
  /** Text; the account's own where none is given. */
  readonly policy?: string | undefined
  /** Whoever asks may lock itself out. */
  readonly bypassLockout?: boolean
  readonly tags: KeyTags
  /** What the trail of the other Region shows of the making of the key there. */
  readonly shown: JsonObject
}

const unsupported = (message: string): Problem => new Problem({ code: 'KeyOperationUnsupported', details: { message } })

/**
 * The same key in another Region: its id, its kind and its material, sealed anew for its place there; all else is its own. Imported material is
 * brought by whoever has it. Raises `KeyOperationUnsupported`, `ReplicaExists`, `TagsInvalid`, `PolicyMalformed`, `LimitExceeded` and as `assertKeyState`.
 */
export async function replicateKey(
  context: ReplicatingNeeds,
  call: Call,
  request: NewReplica & {
    readonly permit: Permit<'accountKey.replicate'>
    /** Of the account, to make keys in the other Region. */
    readonly making: Permit<'accountKey.create'>
    readonly key: HeldAccountKey
  },
): Promise<HeldAccountKey> {
  const { permit, making, key, region, tags } = request
  const { accountId, id } = key.value
  assertPermitsKey(permit, key)
  assertPermitsRegion(making, { accountId, region })
  await assertKeyState(context, call, { key, operation: 'replicate' })
  const { primary, replicas } = regionsOf(key.value)
  assertTags(tags)
  if ([primary, ...replicas].includes(region) || (await accountKeyById(context, call, { accountId, region, id })) !== undefined)
    throw new Problem({ code: 'ReplicaExists', details: { message: `${keyArn({ accountId, region, id })} already exists` } })
  const policy = policyFor(context, call, request)
  const child = { who: call.who, operation: 'CreateKey', plane: 'kms', resource: keyArn({ accountId, region, id }) }
  // There it is the making of a key, with an entry of its own (AWS KMS Developer Guide, "ReplicateKey" among the entries of its log).
  return call.as({ ...child, shown: { region, parameters: request.shown, readOnly: false } }, async one => {
    const { on, owned } = making.question
    context.access.permit(one, 'accountKey.create', owned === undefined ? { on } : { on, owned })
    noteTrailResource(one.trail, { account: accountId, arn: child.resource })
    one.target = { keyId: child.resource }
    return makeReplica(context, one, { ...request, policy, multiRegion: { primary, replicas: [...replicas, region] } })
  })
}

async function makeReplica(
  context: ReplicatingNeeds,
  call: Call,
  {
    key,
    region,
    description,
    tags,
    policy,
    multiRegion,
  }: Pick<NewReplica, 'region' | 'description' | 'tags'> & {
    readonly key: HeldAccountKey
    readonly policy: Pick<AccountKey, 'policy' | 'bound'>
    readonly multiRegion: NonNullable<AccountKey['multiRegion']>
  },
): Promise<HeldAccountKey> {
  const { accountId, id, spec, usage, origin, manager } = key.value
  const compartment = await regionForWriting(context, call, { accountId, region })
  await countKey(context, call, { compartment, region, by: 1 })
  const materials = await materialsFor(context, call, { key, record: context.accountKeys.idOf(compartment, [id]) })
  for (const related of [key, ...(await relatedKeys(context, call, key))])
    stageChange(context, call, { key: related, change: { multiRegion } })
  const value: AccountKey = {
    id,
    accountId,
    region,
    spec,
    usage,
    origin,
    manager,
    createdAt: call.at,
    enabled: true,
    description,
    ...policy,
    tags: [...tags],
    materials,
    onDemandRotations: 0,
    multiRegion,
  }
  return context.accountKeys.create(call, compartment, { path: [id], value })
}

/** Raises `PolicyMalformed`, `LimitExceeded`. */
function policyFor(
  context: Needs<'policyBook'>,
  call: Call,
  { making, key, region, policy, bypassLockout = false }: Parameters<typeof replicateKey>[2],
): Pick<AccountKey, 'policy' | 'bound'> {
  const { accountId, id } = key.value
  const facts = making.question.owned?.facts ?? noOwnedFacts
  return checkedKeyPolicy(context, call, {
    text: policy ?? defaultKeyPolicy(accountId),
    owned: { account: accountId, arn: keyArn({ accountId, region, id }), facts },
    bypass: bypassLockout,
  })
}

function regionsOf(key: AccountKey): NonNullable<AccountKey['multiRegion']> {
  if (key.multiRegion === undefined) throw unsupported(`${keyArn(key)} is not a multi-Region key.`)
  if (!isPrimary(key))
    throw unsupported(`${keyArn(key)} is a replica key. Its primary key in ${key.multiRegion.primary} can be replicated.`)
  return key.multiRegion
}

async function materialsFor(
  context: ReplicatingNeeds,
  call: Call,
  { key, record }: { readonly key: HeldAccountKey; readonly record: HeldAccountKey['id'] },
): Promise<KeyMaterial[]> {
  const materials: KeyMaterial[] = []
  for (const described of key.value.materials) {
    if (described.imported === undefined) {
      const place = materialPlace(key.id, described.id)
      const material = await context.store.material(place)
      assert(material !== undefined, 'a backing key without material')
      shareMaterial(context, call, { made: { described, place, material }, with: record })
      materials.push(described)
    } else materials.push({ ...described, imported: { present: false } })
  }
  return materials
}
