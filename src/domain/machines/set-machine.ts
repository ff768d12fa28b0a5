import type { Scope } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { fixed, invalid, refused } from '#domain/resources/arm-refusal.ts'
import { assignIdentity, type AssignNeeds, type IdentityWanted } from '#domain/resources/assign-identity.ts'
import { changedNow, newEnvelope } from '#domain/resources/envelope.ts'
import { groupForWriting } from '#domain/resources/groups.ts'
import { locationOf } from '#domain/resources/locations.ts'
import type { ResourceIdentity } from '#domain/resources/records.ts'
import { checkedTags, mergedTags } from '#domain/resources/tags.ts'
import type { IdentityName } from '#domain/resources/user-assigned-identities.ts'
import { tenantOf } from '#domain/disks/set-place.ts'
import { attachDisks, type DisksWanted } from './attach-disks.ts'
import { assertInterfaces } from './machine-interfaces.ts'
import { machineArmId, machineNamed, machineScope, machineType, type HeldMachine, type MachineName } from './machine-place.ts'
import type { VirtualMachine } from './records.ts'

/** What a body says; absent keeps what is there, or takes the default. */
export interface MachineWishes {
  readonly size: string | undefined
  readonly zones: readonly string[] | undefined
  readonly disks: DisksWanted['disks'] | undefined
  readonly interfaces: VirtualMachine['interfaces'] | undefined
  readonly kept: VirtualMachine['kept']
}

interface MachinePermits {
  readonly permit: Permit<'machine.write'>
  readonly mayAssign: (identity: IdentityName) => Permit<'identity.assign'>
  readonly mayAttach: (disk: Scope) => Permit<'disk.write'>
  readonly mayJoin: (networkInterface: Scope) => Permit<'interface.join'>
}

export interface PutMachine extends MachineName, MachinePermits {
  readonly location: string | undefined
  readonly tags: Readonly<Record<string, string>> | undefined
  readonly identity: IdentityWanted | undefined
  readonly wishes: MachineWishes
}

export interface PatchMachine extends MachineName, MachinePermits {
  readonly tags: Readonly<Record<string, string | null>> | undefined
  readonly identity: IdentityWanted | undefined
  readonly wishes: MachineWishes
}

type MachineNeeds = AssignNeeds & Needs<'virtualMachines' | 'disks' | 'networkInterfaces' | 'resourceGroups' | 'subscriptions' | 'instance'>

/** Azure's default of a subscription and region. */
const machinesMax = 25_000

/** Makes a machine, or replaces what a PUT says of it. It has an identity, disks and a description; it is not run here. Raises `ArmRefused`. */
export async function putMachine(
  context: MachineNeeds,
  call: Call,
  request: PutMachine,
): Promise<{ readonly machine: HeldMachine; readonly created: boolean }> {
  assertPermits(request.permit, machineScope(request))
  const location = locationOf(request.location, machineType)
  const tags = { ...checkedTags(request.tags) }
  const group = await groupForWriting(context, call, request)
  const home = compartmentOfGuid(request.subscriptionId)
  const before = await context.virtualMachines.get(call, home, [machineArmId(request).toLowerCase()])
  if (before === undefined)
    return { machine: await makeMachine(context, call, { ...request, location, tags, group: group.value.name }), created: true }
  if (before.value.location !== location) throw elsewhere(before.value, location)
  const identity = await changedIdentity(context, call, { request, before: before.value, merged: false })
  return { machine: await changeMachine(context, call, { request, before, tags, identity }), created: false }
}

async function makeMachine(context: MachineNeeds, call: Call, request: PutMachine & { readonly location: string }): Promise<HeldMachine> {
  const { subscriptionId, name, location, tags, wishes } = request
  const home = compartmentOfGuid(subscriptionId)
  if (wishes.size === undefined) throw invalid('vmSize', "Required parameter 'hardwareProfile.vmSize' is missing (null).")
  if (context.instance.throttle && context.virtualMachines.all(call, home).length >= machinesMax)
    throw refused(409, {
      code: 'OperationNotAllowed',
      message: `Operation results in exceeding quota limits of virtual machines. Maximum allowed: ${machinesMax}.`,
    })
  const tenantId = await tenantOf(context, call, subscriptionId)
  const id = machineArmId(request)
  const vmId = await call.once(`vmId of ${id}`, async () => context.ground.random.uuid())
  const bare = { id, name, location, disks: [], interfaces: [], tenantId }
  const identity = await changedIdentity(context, call, { request, before: bare, merged: false })
  await assertInterfaces(context, call, { interfaces: wishes.interfaces ?? [], machine: bare, mayJoin: request.mayJoin })
  return context.virtualMachines.create(call, home, {
    path: [id.toLowerCase()],
    value: {
      ...newEnvelope(call, { id, name, scope: machineScope(request), location, tags: tags ?? {} }),
      tenantId,
      vmId,
      ...(identity !== undefined && { identity }),
      size: wishes.size,
      ...(wishes.zones !== undefined && { zones: [...wishes.zones] }),
      disks: await attachDisks(context, call, { disks: wishes.disks ?? [], mayAttach: request.mayAttach, machine: bare }),
      interfaces: [...(wishes.interfaces ?? [])],
      kept: wishes.kept,
    },
  })
}

/** PATCH: what is absent stays. Raises `ResourceNotFound`, `ArmRefused`. */
export async function patchMachine(context: MachineNeeds, call: Call, request: PatchMachine): Promise<HeldMachine> {
  assertPermits(request.permit, machineScope(request))
  const before = await machineNamed(context, call, request)
  await groupForWriting(context, call, request)
  const identity = await changedIdentity(context, call, { request, before: before.value, merged: true })
  return changeMachine(context, call, { request, before, tags: { ...mergedTags(before.value.tags, request.tags) }, identity })
}

interface Change {
  readonly request: Pick<PutMachine, 'wishes' | 'mayAttach' | 'mayJoin'>
  readonly before: HeldMachine
  readonly tags: Record<string, string>
  readonly identity: ResourceIdentity | undefined
}

async function changeMachine(context: MachineNeeds, call: Call, { request, before, tags, identity }: Change): Promise<HeldMachine> {
  const { wishes, mayAttach, mayJoin } = request
  const was = before.value
  if (wishes.zones !== undefined && JSON.stringify(wishes.zones) !== JSON.stringify(was.zones ?? [])) throw fixed('zones')
  await assertInterfaces(context, call, { interfaces: wishes.interfaces ?? [], machine: was, mayJoin })
  const { identity: _identity, ...rest } = was
  return context.virtualMachines.update(call, before, {
    ...rest,
    ...changedNow(call),
    tags,
    ...(identity !== undefined && { identity }),
    size: wishes.size ?? was.size,
    disks: wishes.disks === undefined ? was.disks : await attachDisks(context, call, { disks: wishes.disks, mayAttach, machine: was }),
    interfaces: [...(wishes.interfaces ?? was.interfaces)],
    kept: { ...was.kept, ...wishes.kept },
  })
}

interface IdentityStep {
  readonly request: Pick<PutMachine, 'identity' | 'mayAssign'>
  readonly before: Pick<VirtualMachine, 'id' | 'name' | 'tenantId' | 'identity'>
  readonly merged: boolean
}

async function changedIdentity(
  context: MachineNeeds,
  call: Call,
  { request, before, merged }: IdentityStep,
): Promise<ResourceIdentity | undefined> {
  const { identity: wanted, mayAssign } = request
  const { id: armId, name, tenantId, identity } = before
  if (wanted === undefined) return identity
  return assignIdentity(context, call, { wanted, before: identity, merged, tenantId, name, armId, mayAssign })
}

function elsewhere({ name, location: known }: VirtualMachine, location: string) {
  const message = `The resource '${name}' already exists in location '${known}'. A resource with the same name cannot be created in location '${location}'. Please select a new resource name.`
  return refused(409, { code: 'InvalidResourceLocation', message })
}
