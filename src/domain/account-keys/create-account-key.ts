import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Permit } from '#domain/access/permit.ts'
import { regionForWriting, type RegionOfAccount } from '#domain/accounts/account-region.ts'
import { withDueAt } from './due.ts'
import type { HeldAccountKey } from './find-account-key.ts'
import { keyArn } from './key-arn.ts'
import { assertTags, type KeyTags } from './key-tags.ts'
import { makeMaterial } from './make-material.ts'
import { assertPermitsRegion } from './permit-account-key.ts'
import type { AccountKey } from './records.ts'
import { accountKeySpecs, type AccountKeySpec, type AccountKeyUsage } from './specs.ts'

export type CreatingNeeds = Needs<'accountRegions' | 'accountKeys' | 'instance' | 'ground' | 'module'>

export interface NewAccountKey extends RegionOfAccount {
  readonly spec: AccountKeySpec
  readonly usage: AccountKeyUsage
  readonly origin: AccountKey['origin']
  /** Of a key that stands in a store: which, and its name there. */
  readonly storeId?: string
  readonly externalKeyId?: string
  readonly description: string
  /** Text of its own policy, judged before. */
  readonly policy: string
  readonly tags: KeyTags
  /** It may have replicas in other Regions. */
  readonly multiRegion: boolean
}

/**
 * A key with its first material, or one that awaits its import. Raises `TagsInvalid`, `KeyOperationUnsupported`.
 */
export async function createAccountKey(
  context: CreatingNeeds,
  call: Call,
  { permit, ...asked }: NewAccountKey & { readonly permit: Permit<'accountKey.create'> },
): Promise<HeldAccountKey> {
  assertPermitsRegion(permit, asked)
  assertTags(asked.tags)
  return stageKey(context, call, { ...asked, manager: 'account' })
}

/** What an account makes and what is made for a service of it differ in who may; what comes of it does not. */
export async function stageKey(
  context: CreatingNeeds,
  call: Call,
  asked: NewAccountKey & Pick<AccountKey, 'manager' | 'rotation'>,
): Promise<HeldAccountKey> {
  const { ground, accountKeys } = context
  const { accountId, region, spec, origin, multiRegion, ...given } = asked
  const place = { accountId, region }
  const compartment = await regionForWriting(context, call, place)
  const id = await call.once(`id of a new key in ${region}`, async () =>
    Promise.resolve(multiRegion ? `mrk-${ground.random.bytes(16).toHex()}` : ground.random.uuid()),
  )
  call.target = { keyId: keyArn({ ...place, id }) }
  const record = accountKeys.idOf(compartment, [id])
  const materials =
    origin === 'imported' ? [] : [(await makeMaterial(context, call, { id: record, spec, usage: given.usage, materials: [] })).described]
  const value: AccountKey = {
    ...place,
    ...given,
    id,
    spec,
    origin,
    createdAt: call.at,
    enabled: true,
    tags: [...given.tags],
    materials,
    onDemandRotations: 0,
    ...(multiRegion && { multiRegion: { primary: region, replicas: [] } }),
  }
  return accountKeys.create(call, compartment, { path: [id], value: withDueAt(value) })
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
