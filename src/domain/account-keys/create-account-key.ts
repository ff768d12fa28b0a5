import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Permit } from '#domain/access/permit.ts'
import { regionForWriting, type RegionOfAccount } from '#domain/accounts/account-region.ts'
import { checkedKeyPolicy } from './checked-key-policy.ts'
import { withDueAt } from './due.ts'
import type { HeldAccountKey } from './find-account-key.ts'
import { keyArn } from './key-arn.ts'
import { noOwnedFacts } from './key-facts.ts'
import { defaultKeyPolicy } from './key-policy.ts'
import { assertTags, type KeyTags } from './key-tags.ts'
import { countKey } from './key-tally.ts'
import { makeMaterial } from './make-material.ts'
import { assertPermitsRegion } from './permit-account-key.ts'
import type { AccountKey } from './records.ts'
import { accountKeySpecs, type AccountKeySpec, type AccountKeyUsage } from './specs.ts'

export type CreatingNeeds = Needs<'accountRegions' | 'accountKeys' | 'keyTallies' | 'instance' | 'ground' | 'module' | 'store'>

export interface NewAccountKey extends RegionOfAccount {
  readonly spec: AccountKeySpec
  readonly usage: AccountKeyUsage
  readonly origin: AccountKey['origin']
  /** Of a key that stands in a store: which, and its name there. */
  readonly storeId?: string
  readonly externalKeyId?: string
  /** Of a key whose material is made elsewhere than here. */
  readonly makeMaterial?: (call: Call, arn: string) => Promise<AccountKey['materials'][number]>
  readonly description: string
  readonly tags: KeyTags
  /** It may have replicas in other Regions. */
  readonly multiRegion: boolean
}

/** What whoever makes a key says of its policy. */
export interface AskedPolicy {
  /** The account's own principals decide where it is absent. */
  readonly policy?: string | undefined
  /** Whoever makes the key may lock itself out of it. */
  readonly bypassLockout: boolean
}

/**
 * A key with its first material, or one that awaits its import.
 * Raises `TagsInvalid`, `PolicyMalformed`, `LimitExceeded`, and what its material raises.
 */
export async function createAccountKey(
  context: CreatingNeeds & Needs<'policyBook'>,
  call: Call,
  { permit, policy, bypassLockout, ...asked }: NewAccountKey & AskedPolicy & { readonly permit: Permit<'accountKey.create'> },
): Promise<HeldAccountKey> {
  const { accountId } = asked
  assertPermitsRegion(permit, asked)
  assertTags(asked.tags)
  const id = await newKeyId(context, call, asked)
  const facts = permit.question.owned?.facts ?? noOwnedFacts
  const checked = checkedKeyPolicy(context, call, {
    text: policy ?? defaultKeyPolicy(accountId),
    owned: { account: accountId, arn: keyArn({ ...asked, id }), facts },
    bypass: bypassLockout,
  })
  return stageKey(context, call, { ...asked, ...checked, id, manager: 'account' })
}

/** An id that no key has had, the same in every try of the call. */
export const newKeyId = async (
  { ground: { random } }: Needs<'ground'>,
  call: Call,
  { accountId, region, multiRegion }: Pick<NewAccountKey, 'accountId' | 'region' | 'multiRegion'>,
): Promise<string> =>
  call.once(`id of a new key of ${accountId} in ${region}`, async () =>
    Promise.resolve(multiRegion ? `mrk-${random.bytes(16).toHex()}` : random.uuid()),
  )

/** What an account makes and what is made for a service of it differ in who may; what comes of it does not. */
export async function stageKey(
  context: CreatingNeeds,
  call: Call,
  asked: NewAccountKey & Pick<AccountKey, 'id' | 'policy' | 'bound' | 'manager' | 'rotation'>,
): Promise<HeldAccountKey> {
  const { multiRegion, makeMaterial: makeElsewhere, ...given } = asked
  const { id, region, spec, usage, origin } = asked
  const compartment = await regionForWriting(context, call, asked)
  if (asked.manager === 'account') await countKey(context, call, { compartment, region, by: 1 })
  call.target = { keyId: keyArn(asked) }
  const record = context.accountKeys.idOf(compartment, [id])
  const made = async () => (await makeMaterial(context, call, { id: record, spec, usage, materials: [] })).described
  const materials = origin === 'imported' ? [] : [await (makeElsewhere?.(call, keyArn(asked)) ?? made())]
  const value: AccountKey = {
    ...given,
    createdAt: call.at,
    enabled: true,
    tags: [...given.tags],
    materials,
    onDemandRotations: 0,
    ...(multiRegion && { multiRegion: { primary: region, replicas: [] } }),
  }
  return context.accountKeys.create(call, compartment, { path: [id], value: withDueAt(value) })
}

/** The usage that a new key gets; pairs and codes of authentication must be told theirs. Raises `ValidationFailed`. */
export function usageFor(spec: AccountKeySpec, usage: AccountKeyUsage | undefined): AccountKeyUsage {
  const allowed: readonly AccountKeyUsage[] = accountKeySpecs[spec].usages
  if (usage === undefined) {
    if (spec === 'SYMMETRIC_DEFAULT') return 'ENCRYPT_DECRYPT'
    throw invalid('You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.')
  }
  if (!allowed.includes(usage)) throw invalid(`KeyUsage ${usage} is not compatible with KeySpec ${spec}`)
  return usage
}

const invalid = (message: string): Problem => new Problem({ code: 'ValidationFailed', details: { message } })
