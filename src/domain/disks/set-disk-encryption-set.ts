import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { HeldJob } from '#domain/jobs/start-job.ts'
import { changedNow, newEnvelope } from '#domain/resources/envelope.ts'
import { groupForWriting } from '#domain/resources/groups.ts'
import { locationOf, normalLocation } from '#domain/resources/locations.ts'
import type { ResourceIdentity } from '#domain/resources/records.ts'
import type { IdentityName } from '#domain/resources/user-assigned-identities.ts'
import { checkedTags, mergedTags } from '#domain/resources/tags.ts'
import { fixed, invalid, refused } from '#domain/resources/arm-refusal.ts'
import { assignIdentity, type AssignNeeds, type IdentityWanted } from '#domain/resources/assign-identity.ts'
import { forbidden } from './data-keys.ts'
import type { HeldSet } from './disk-standing.ts'
import { keyStanding, type StandingNeeds } from './key-standing.ts'
import type { DiskEncryptionSet, KeyForSet } from './records.ts'
import { hasDisks, moveToKey, withoutError } from './rewrap.ts'
import { assertKeyFits } from './set-key.ts'
import { setArmId, setNamed, setScope, setType, tenantOf, type ComputeName } from './set-place.ts'

export interface SetWishes {
  readonly identity: IdentityWanted | undefined
  readonly encryptionType: DiskEncryptionSet['encryptionType'] | undefined
  readonly activeKey: KeyForSet | undefined
  readonly follows: boolean | undefined
  /** `null` takes it away. */
  readonly federatedClientId?: string | null | undefined
}

interface SetPermits {
  readonly permit: Permit<'diskSet.write'>
  readonly mayAssign: (identity: IdentityName) => Permit<'identity.assign'>
}

export interface PutSet extends ComputeName, SetPermits {
  readonly location: string | undefined
  readonly tags: Readonly<Record<string, string>> | undefined
  readonly wishes: SetWishes
}

export interface PatchSet extends ComputeName, SetPermits {
  readonly tags: Readonly<Record<string, string | null>> | undefined
  readonly wishes: SetWishes
}

/** `job`: its disks are re-wrapped, the answer is not the end. */
export interface SetAnswer {
  readonly set: HeldSet
  readonly created: boolean
  readonly job?: HeldJob
}

export type SetNeeds = AssignNeeds &
  StandingNeeds &
  Needs<'diskEncryptionSets' | 'disks' | 'jobs' | 'resourceGroups' | 'subscriptions' | 'vaults' | 'instance'>

/** disk-encryption.md A.1: sets of a region and subscription. */
const setsMax = 5_000

/** Makes a set, or replaces what it asks for. Raises `ResourceGroupNotFound`, `ArmRefused`, `KeyVaultAccessForbidden`. */
export async function putSet(context: SetNeeds, call: Call, request: PutSet): Promise<SetAnswer> {
  assertPermits(request.permit, setScope(request))
  const { subscriptionId } = request
  const wishes = wholly(request.wishes)
  const location = locationOf(request.location, setType)
  const tags = checkedTags(request.tags)
  if (wishes.identity === undefined)
    throw invalid(
      'identity',
      "The property 'identity' is required: a disk encryption set acts as its identity. Send identity.type, for example SystemAssigned.",
    )
  if (wishes.activeKey === undefined) throw invalid('activeKey', "The property 'activeKey' is required.")
  const group = await groupForWriting(context, call, request)
  const compartment = compartmentOfGuid(subscriptionId)
  const before = await context.diskEncryptionSets.get(call, compartment, [setArmId(request).toLowerCase()])
  if (before !== undefined) {
    if (normalLocation(before.value.location) !== location) throw elsewhere(before.value, location)
    return changeSet(context, call, { ...request, before, merged: false, tags, wishes })
  }
  if (wishes.identity.type === 'None') throw withoutIdentity()
  assertQuota(context, { compartment, location })
  const tenantId = await tenantOf(context, call, subscriptionId)
  const { follows, activeKey } = wishes
  const federatedClientId = wishes.federatedClientId ?? undefined
  await assertKeyFits(context, call, { activeKey, subscriptionId, tenantId, location, follows, federatedClientId, anew: true })
  const id = setArmId({ ...request, group: group.value.name })
  const { name } = request
  const identity = await assignIdentity(context, call, {
    ...request,
    wanted: wishes.identity,
    before: undefined,
    merged: false,
    tenantId,
    armId: id,
  })
  assertFederated(federatedClientId, identity)
  const value: DiskEncryptionSet = {
    ...newEnvelope(call, { id, name, scope: setScope(request), location, tags }),
    identity,
    encryptionType: wishes.encryptionType ?? 'EncryptionAtRestWithCustomerKey',
    activeKey,
    previousKeys: [],
    rotationToLatestKeyVersionEnabled: follows,
    federatedClientId,
  }
  await assertAccess(context, call, { value, needed: ofOthers(identity) })
  return { set: context.diskEncryptionSets.create(call, compartment, { path: [id.toLowerCase()], value }), created: true }
}

/** PATCH: what is not named stays. */
export async function patchSet(context: SetNeeds, call: Call, request: PatchSet): Promise<SetAnswer> {
  assertPermits(request.permit, setScope(request))
  const before = await setNamed(context, call, request)
  await groupForWriting(context, call, request)
  return changeSet(context, call, { ...request, before, merged: true, tags: mergedTags(before.value.tags, request.tags) })
}

interface Change extends ComputeName, SetPermits {
  readonly before: HeldSet
  /** PATCH. */
  readonly merged: boolean
  readonly tags: Readonly<Record<string, string>>
  readonly wishes: SetWishes
}

async function changeSet(context: SetNeeds, call: Call, change: Change): Promise<SetAnswer> {
  const { before, wishes } = change
  const was = before.value
  if (wishes.encryptionType !== undefined && wishes.encryptionType !== was.encryptionType) throw fixed('encryptionType')
  const { activeKey, follows, anew } = keyWanted(was, wishes)
  const tenantId = await tenantOf(context, call, change.subscriptionId)
  const { subscriptionId } = change
  const federatedClientId = applicationWanted(was, wishes)
  await assertKeyFits(context, call, {
    activeKey,
    subscriptionId,
    tenantId,
    location: was.location,
    follows,
    federatedClientId,
    anew,
  })
  const identity = await changedIdentity(context, call, { change, tenantId })
  assertFederated(federatedClientId, identity)
  const value: DiskEncryptionSet = {
    ...(anew ? withoutError(was) : was),
    ...changedNow(call),
    tags: { ...change.tags },
    identity,
    activeKey,
    rotationToLatestKeyVersionEnabled: follows,
    ...(anew && { lastKeyRotationAt: call.at }),
    federatedClientId,
  }
  const bound = anew && (await hasDisks(context, call, before))
  const asked = anew || wishes.identity !== undefined
  await assertAccess(context, call, { value, needed: bound || (asked && ofOthers(identity)) })
  if (!anew) return { set: context.diskEncryptionSets.update(call, before, value), created: false }
  return { ...(await moveToKey(context, call, { before, value, bound })), created: false }
}

/** A PUT says all of it: what is not named is not there. */
const wholly = (wishes: SetWishes) => ({ ...wishes, follows: wishes.follows ?? false, federatedClientId: wishes.federatedClientId ?? null })

const applicationWanted = (was: DiskEncryptionSet, { federatedClientId }: SetWishes): string | undefined =>
  federatedClientId === undefined ? was.federatedClientId : (federatedClientId ?? undefined)

function keyWanted(was: DiskEncryptionSet, wishes: SetWishes): { activeKey: KeyForSet; follows: boolean; anew: boolean } {
  const activeKey = wishes.activeKey ?? was.activeKey
  const follows = wishes.follows ?? was.rotationToLatestKeyVersionEnabled
  return { activeKey, follows, anew: activeKey.keyUrl !== was.activeKey.keyUrl }
}

async function changedIdentity(
  context: SetNeeds,
  call: Call,
  { change, tenantId }: { readonly change: Change; readonly tenantId: string },
): Promise<ResourceIdentity> {
  const { id: armId, name, identity } = change.before.value
  const { mayAssign, merged } = change
  const wanted = change.wishes.identity
  if (wanted === undefined) return identity
  return assignIdentity(context, call, { mayAssign, name, wanted, before: identity, merged, tenantId, armId })
}

/** An application trusts an identity that lives longer than the set, never one that is made with it (disk-encryption.md A.1). */
function assertFederated(federatedClientId: string | undefined, identity: ResourceIdentity): void {
  if (federatedClientId !== undefined && !ofOthers(identity))
    throw invalid('federatedClientId', 'A set with federatedClientId needs a user assigned identity, and none of its own.')
}

/** Managed by somebody else, and with its rights before the set comes. */
const ofOthers = (identity: ResourceIdentity): boolean => identity.principalId === undefined && identity.userAssigned.length > 0

/** The identity of somebody else can have its role already, and disks need it now: what would fail later fails here (disk-encryption.md A.1). */
async function assertAccess(
  context: SetNeeds,
  call: Call,
  { value, needed }: { readonly value: DiskEncryptionSet; readonly needed: boolean },
): Promise<void> {
  if (!needed) return
  const { keyUrl } = value.activeKey
  const standing = await keyStanding(context, call, { set: value, keyUrl })
  if (!standing.usable) throw forbidden({ set: value, keyUrl })
}

function elsewhere({ name, location: known }: DiskEncryptionSet, location: string) {
  const message = `The resource '${name}' already exists in location '${known}'. A resource with the same name cannot be created in location '${location}'. Please select a new resource name.`
  return refused(409, { code: 'InvalidResourceLocation', message })
}

/** EncryptionSetIdentity.type: None is for a set that is there, whose subscription moves to another tenant. */
const withoutIdentity = () =>
  invalid(
    'identity.type',
    "The identity type 'None' is not supported for a new disk encryption set: only a set that is there can lose its identity.",
  )

function assertQuota({ instance, diskEncryptionSets }: SetNeeds, at: { readonly compartment: string; readonly location: string }): void {
  if (!instance.throttle) return
  const there = diskEncryptionSets.peek().filter(held => held.compartment === at.compartment && held.value.location === at.location)
  if (there.length >= setsMax) {
    const message = `At most ${setsMax} disk encryption sets are possible in a region and subscription.`
    throw refused(409, { code: 'OperationNotAllowed', message })
  }
}
