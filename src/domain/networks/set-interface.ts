import { canHave, freeAddress, parseIpv4Subnet } from '#model/ipv4-subnets.ts'
import type { Scope } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { refused } from '#domain/resources/arm-refusal.ts'
import { changedNow, newEnvelope } from '#domain/resources/envelope.ts'
import { groupForWriting } from '#domain/resources/groups.ts'
import { locationOf } from '#domain/resources/locations.ts'
import { checkedTags } from '#domain/resources/tags.ts'
import {
  interfaceArmId,
  interfaceScope,
  interfaceType,
  scopeOfSubnetId,
  subnetById,
  type HeldInterface,
  type NetworkName,
} from './network-place.ts'
import type { NetworkInterface, Subnet } from './records.ts'

type InterfaceNeeds = Needs<'networkInterfaces' | 'virtualNetworks' | 'virtualMachines' | 'resourceGroups' | 'ground'>

export interface ConfigurationWanted {
  readonly name: string
  readonly subnetId: string
  readonly address: string | undefined
  readonly primary: boolean | undefined
}

export interface PutInterface extends NetworkName {
  readonly permit: Permit<'interface.write'>
  /** Asked of each subnet that it is to stand in (`LinkedAccessDenied`). */
  readonly mayJoin: (subnet: Scope) => Permit<'subnet.join'>
  readonly location: string | undefined
  readonly tags: Readonly<Record<string, string>> | undefined
  readonly wishes: { readonly configurations: readonly ConfigurationWanted[]; readonly kept: NetworkInterface['kept'] }
}

/** Makes an interface or replaces it: each configuration has an address of its subnet. Raises `ArmRefused`. */
export async function putInterface(
  context: InterfaceNeeds,
  call: Call,
  request: PutInterface,
): Promise<{ readonly held: HeldInterface; readonly created: boolean }> {
  assertPermits(request.permit, interfaceScope(request))
  const location = locationOf(request.location, interfaceType)
  const tags = { ...checkedTags(request.tags) }
  const group = await groupForWriting(context, call, request)
  const home = compartmentOfGuid(request.subscriptionId)
  const id = interfaceArmId({ ...request, group: group.value.name })
  const before = await context.networkInterfaces.get(call, home, [id.toLowerCase()])
  const configurations = await addressed(context, call, { request, id, before })
  const { kept } = request.wishes
  if (before !== undefined)
    return {
      held: context.networkInterfaces.update(call, before, { ...before.value, ...changedNow(call), tags, configurations, kept }),
      created: false,
    }
  const macAddress = await call.once(`mac of ${id}`, async () => `00-0D-3A-${[...context.ground.random.bytes(3)].map(hex).join('-')}`)
  const value = {
    ...newEnvelope(call, { id, name: request.name, scope: interfaceScope(request), location, tags }),
    configurations,
    macAddress,
    kept,
  }
  return { held: context.networkInterfaces.create(call, home, { path: [id.toLowerCase()], value }), created: true }
}

const hex = (byte: number): string => byte.toString(16).padStart(2, '0').toUpperCase()

interface Addressing {
  readonly request: PutInterface
  readonly id: string
  readonly before: HeldInterface | undefined
}

async function addressed(
  context: InterfaceNeeds,
  call: Call,
  { request, id, before }: Addressing,
): Promise<NetworkInterface['configurations']> {
  const done: NetworkInterface['configurations'] = []
  const others = context.networkInterfaces.all(call, compartmentOfGuid(request.subscriptionId), held => held.path[0] !== id.toLowerCase())
  for (const wanted of request.wishes.configurations) {
    const place = scopeOfSubnetId(wanted.subnetId)
    assertPermits(request.mayJoin(place), place)
    const { id: subnetId, subnet } = await subnetById(context, call, { subnetId: wanted.subnetId, asker: id })
    const inSubnet = [...others.flatMap(({ value }) => value.configurations), ...done].filter(
      one => one.subnetId.toLowerCase() === subnetId.toLowerCase(),
    )
    const had = before?.value.configurations.find(one => one.name === wanted.name && one.subnetId === subnetId)?.address
    const address = addressFor({ wanted, had, subnet, taken: new Set(inSubnet.map(one => one.address)), asker: id })
    const allocation = wanted.address === undefined ? 'Dynamic' : 'Static'
    done.push({ name: wanted.name, subnetId, address, allocation, primary: wanted.primary ?? done.length === 0 })
  }
  return done
}

interface Address {
  readonly wanted: ConfigurationWanted
  readonly had: string | undefined
  readonly subnet: Subnet
  readonly taken: ReadonlySet<string>
  readonly asker: string
}

/** The one that is asked for, that it has, or the lowest that is free. Raises `ArmRefused` where there is none. */
function addressFor({ wanted, had, subnet, taken, asker }: Address): string {
  const range = parseIpv4Subnet(subnet.addressPrefix)
  if (range === undefined) throw new Error(`a subnet without a range: ${subnet.name}`)
  const address = wanted.address ?? had ?? freeAddress(range, taken)
  if (address === undefined)
    throw refused(400, {
      code: 'SubnetIsFull',
      message: `Subnet ${subnet.name} with address prefix ${subnet.addressPrefix} does not have enough capacity for 1 IP addresses.`,
    })
  if (!canHave(range, address))
    throw refused(400, {
      code: 'PrivateIPAddressNotInSubnet',
      message: `Private static IP address ${address} does not belong to the range of subnet prefix ${subnet.addressPrefix}.`,
    })
  if (taken.has(address))
    throw refused(400, {
      code: 'PrivateIPAddressIsAllocated',
      message: `IP configuration ${asker}/ipConfigurations/${wanted.name} is using the private IP address ${address} which is already allocated to another resource.`,
    })
  return address
}

/** Raises `ArmRefused` NicInUse. */
export async function deleteInterface(
  context: InterfaceNeeds,
  call: Call,
  { permit, held }: { readonly permit: Permit<'interface.delete'>; readonly held: HeldInterface },
): Promise<void> {
  assertPermits(permit, held.value.scope)
  const [user] = context.virtualMachines.all(call, held.compartment, ({ value }) =>
    value.interfaces.some(({ id }) => id.toLowerCase() === held.path[0]),
  )
  if (user !== undefined)
    throw refused(400, {
      code: 'NicInUse',
      message: `Network Interface ${held.value.id} is used by existing resource ${user.value.id}. In order to delete the network interface, it must be dissociated from the resource.`,
    })
  context.networkInterfaces.remove(call, held)
}
