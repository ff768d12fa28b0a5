import { isDeepStrictEqual } from 'node:util'
import { Problem } from '#model/problem.ts'
import { compartmentId } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { tellAccessChange } from '#domain/events/vault-events.ts'
import { changedNow, newEnvelope } from './envelope.ts'
import { vaultByArmId, type HeldVault } from './find-vault.ts'
import { groupForWriting, groupNamed, missingIn, type HeldGroup } from './groups.ts'
import { locationOf } from './locations.ts'
import { recoverVault } from './recover-vault.ts'
import { childScope, groupArmId, groupScope, resourceArmId } from './scopes.ts'
import { checkedTags, mergedTags } from './tags.ts'
import { nameTaken, reservationOf } from './vault-names.ts'
import { changedPolicies, changedSettings, newSettings, type Settled, type VaultSettings } from './vault-settings.ts'
import type { AccessPolicy, Vault } from './records.ts'

export const vaultType = 'Microsoft.KeyVault/vaults'

type VaultNeeds = Needs<'vaults' | 'deletedVaults' | 'names' | 'resourceGroups' | 'subscriptions' | 'instance' | 'ground'>

export interface VaultName {
  readonly subscriptionId: string
  readonly group: string
  readonly name: string
}

export const vaultScope = ({ subscriptionId, group, name }: VaultName) =>
  childScope(groupScope(subscriptionId, group), `providers/${vaultType}/${name}`)

export const vaultArmId = ({ subscriptionId, group, name }: VaultName): string =>
  resourceArmId(groupArmId(subscriptionId, group), vaultType, name)

export interface SetVault extends VaultName {
  readonly permit: Permit<'vault.write'>
  /** Asked only when a change decides who may use what is in the vault: see `refuseGiving`. */
  readonly mayGiveAccess: () => Permit<'roleAssignment.write'>
  readonly location: string | undefined
  readonly tags: Readonly<Record<string, string>> | undefined
  readonly createMode: 'default' | 'recover'
  /** What `enableRbacAuthorization` is where a new vault does not say. */
  readonly rbacByDefault: boolean
  readonly settings: VaultSettings
}

export interface VaultSet {
  readonly vault: HeldVault
  readonly created: boolean
}

/** Makes, recovers or changes a vault. Raises `ResourceGroupNotFound`, `ArmRefused` in the service's words. */
export async function setVault(context: VaultNeeds, call: Call, request: SetVault): Promise<VaultSet> {
  assertPermits(request.permit, vaultScope(request))
  const group = await groupForWriting(context, call, request)
  const compartment = compartmentOfGuid(request.subscriptionId)
  const found = await context.vaults.get(call, compartment, [vaultArmId(request).toLowerCase()])
  if (found !== undefined && request.createMode === 'recover') throw nameTaken(request.name, 'live')
  if (found !== undefined) return { vault: replaceVault(context, call, { request, found }), created: false }
  const reserved = await reservationOf(context, call, request.name)
  if (request.createMode === 'recover') return { vault: await recoverVault(context, call, { ...request, reserved }), created: true }
  if (reserved !== undefined) throw nameTaken(request.name, reserved.value.state)
  return { vault: await createVault(context, call, { request, group }), created: true }
}

async function createVault(
  context: VaultNeeds,
  call: Call,
  { request, group }: { readonly request: SetVault; readonly group: HeldGroup },
): Promise<HeldVault> {
  const { subscriptionId, name } = request
  const home = compartmentOfGuid(subscriptionId)
  const subscription = await context.subscriptions.get(call, home, [subscriptionId])
  if (subscription === undefined) throw new Problem({ code: 'SubscriptionNotFound', details: { id: subscriptionId } })
  const settled = newSettings(request.settings, { tenantId: subscription.value.tenantId, rbac: request.rbacByDefault })
  const id = resourceArmId(group.value.id, vaultType, name)
  const envelope = newEnvelope(call, {
    id,
    name,
    scope: vaultScope(request),
    location: locationOf(request.location, vaultType),
    tags: checkedTags(request.tags),
  })
  const { ground, instance } = context
  const key = await call.once(`vault ${id}`, async () =>
    Promise.resolve(ground.barrier.newCompartment(compartmentId(Buffer.from(ground.random.bytes(16)).toString('hex')))),
  )
  call.materials.push({ compartmentKey: key })
  context.names.create(call, instance.installation, {
    path: ['vault', name.toLowerCase()],
    value: { subscriptionId, armId: id, state: 'live' },
  })
  return context.vaults.create(call, home, {
    path: [id.toLowerCase()],
    value: { ...envelope, compartment: key.compartment, ...settled },
  })
}

function replaceVault(
  context: Needs<'vaults' | 'instance'>,
  call: Call,
  { request, found }: { readonly request: SetVault; readonly found: HeldVault },
): HeldVault {
  const location = locationOf(request.location, vaultType)
  const before = found.value
  if (location !== before.location) {
    const message = `The resource '${before.name}' already exists in location '${before.location}' in resource group '${request.group}'. A resource with the same name cannot be created in location '${location}'. Please select a new resource name.`
    throw new Problem({ code: 'ArmRefused', details: { status: 409, code: 'InvalidResourceLocation', message } })
  }
  const settled = changedSettings(before, request.settings)
  refuseGiving(context, before, { settled, mayGiveAccess: request.mayGiveAccess })
  tellAccessChange(call, { vault: found, after: settled })
  return context.vaults.update(call, found, { ...before, ...changedNow(call), ...settled, tags: { ...checkedTags(request.tags) } })
}

/**
 * Between access policies and RBAC a vault changes only by who may write role assignments there (identity-and-arm.md 3.1).
 * Policies themselves are written by whoever may write the vault: the service's own hole, which an installation can close (`guardPolicies`).
 * Closed, they are judged also while they rule nothing: they would, as soon as somebody else switches.
 */
function refuseGiving(
  { instance }: Needs<'instance'>,
  before: Vault,
  { settled, mayGiveAccess }: { readonly settled: Settled; readonly mayGiveAccess: () => Permit<'roleAssignment.write'> },
): void {
  const switched = settled.enableRbacAuthorization !== before.enableRbacAuthorization
  const given = instance.guardPolicies && !isDeepStrictEqual(settled.accessPolicies, before.accessPolicies)
  if (switched || given) assertPermits(mayGiveAccess(), before.scope)
}

/** Raises `ResourceGroupNotFound`, and `ResourceNotFound` where there is no live vault of that name in that group. */
export async function vaultNamed(context: Needs<'vaults' | 'resourceGroups'>, call: Call, at: VaultName): Promise<HeldVault> {
  const found = await vaultByArmId(context, call, vaultArmId(at))
  if (found !== undefined) return found
  throw await missingIn(context, call, { ...at, type: vaultType })
}

/** The live vault that something inside it is asked of. Raises `ResourceGroupNotFound`, `ArmRefused` ParentResourceNotFound. */
export async function parentVault(context: Needs<'vaults' | 'resourceGroups'>, call: Call, at: VaultName): Promise<HeldVault> {
  const found = await vaultByArmId(context, call, vaultArmId(at))
  if (found !== undefined) return found
  await groupNamed(context, call, at)
  const message = `Can not perform requested operation on nested resource. Parent resource '${at.name}' not found.`
  throw new Problem({ code: 'ArmRefused', details: { status: 404, code: 'ParentResourceNotFound', message } })
}

export interface UpdateVault extends VaultName {
  readonly permit: Permit<'vault.write'>
  readonly mayGiveAccess: () => Permit<'roleAssignment.write'>
  readonly tags: Readonly<Record<string, string | null>> | undefined
  readonly settings: VaultSettings
}

/** PATCH: what is absent stays. Raises `ResourceNotFound`, `ArmRefused`. */
export async function updateVault(
  context: Needs<'vaults' | 'resourceGroups' | 'instance'>,
  call: Call,
  request: UpdateVault,
): Promise<HeldVault> {
  assertPermits(request.permit, vaultScope(request))
  const found = await vaultNamed(context, call, request)
  const before = found.value
  const settled = changedSettings(before, request.settings)
  refuseGiving(context, before, { settled, mayGiveAccess: request.mayGiveAccess })
  tellAccessChange(call, { vault: found, after: settled })
  return context.vaults.update(call, found, {
    ...before,
    ...changedNow(call),
    ...settled,
    tags: { ...mergedTags(before.tags, request.tags) },
  })
}

export interface ChangePolicies extends VaultName {
  readonly permit: Permit<'vault.writePolicies'>
  readonly mayGiveAccess: () => Permit<'roleAssignment.write'>
  readonly how: 'add' | 'replace' | 'remove'
  readonly policies: readonly AccessPolicy[]
}

/** `accessPolicies/{add|replace|remove}`. They are kept, and rule nothing, while the vault goes by RBAC. */
export async function changeAccessPolicies(
  context: Needs<'vaults' | 'resourceGroups' | 'instance'>,
  call: Call,
  request: ChangePolicies,
): Promise<HeldVault> {
  assertPermits(request.permit, vaultScope(request))
  const found = await parentVault(context, call, request)
  const policies = changedPolicies(found.value.accessPolicies, request.policies, request.how)
  const settled = changedSettings(found.value, { accessPolicies: policies })
  refuseGiving(context, found.value, { settled, mayGiveAccess: request.mayGiveAccess })
  tellAccessChange(call, { vault: found, after: settled })
  return context.vaults.update(call, found, { ...found.value, ...changedNow(call), ...settled })
}
