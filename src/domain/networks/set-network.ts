import { parseIpv4Subnet, subnetHolds } from '#model/ipv4-subnets.ts'
import { Problem } from '#model/problem.ts'
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
  networkArmId,
  networkNamed,
  networkScope,
  networkType,
  subnetIn,
  subnetScope,
  type HeldNetwork,
  type NetworkName,
} from './network-place.ts'
import type { Subnet, VirtualNetwork } from './records.ts'

type NetworkNeeds = Needs<'virtualNetworks' | 'networkInterfaces' | 'privateEndpoints' | 'resourceGroups'>

export interface PutNetwork extends NetworkName {
  readonly permit: Permit<'network.write'>
  readonly location: string | undefined
  readonly tags: Readonly<Record<string, string>> | undefined
  readonly wishes: Pick<VirtualNetwork, 'addressPrefixes' | 'kept'> & { readonly subnets: readonly Subnet[] | undefined }
}

/** Makes a network or replaces it; a PUT without subnets keeps those that there are. Raises `ArmRefused` in the service's words. */
export async function putNetwork(
  context: NetworkNeeds,
  call: Call,
  request: PutNetwork,
): Promise<{ readonly network: HeldNetwork; readonly created: boolean }> {
  assertPermits(request.permit, networkScope(request))
  const location = locationOf(request.location, networkType)
  const tags = { ...checkedTags(request.tags) }
  const group = await groupForWriting(context, call, request)
  const home = compartmentOfGuid(request.subscriptionId)
  const before = await context.virtualNetworks.get(call, home, [networkArmId(request).toLowerCase()])
  const { addressPrefixes, kept } = request.wishes
  const subnets = [...(request.wishes.subnets ?? before?.value.subnets ?? [])]
  assertSubnets({ addressPrefixes, subnets })
  if (before === undefined) {
    const id = networkArmId({ ...request, group: group.value.name })
    const value = {
      ...newEnvelope(call, { id, name: request.name, scope: networkScope(request), location, tags }),
      addressPrefixes,
      subnets,
      kept,
    }
    return { network: context.virtualNetworks.create(call, home, { path: [id.toLowerCase()], value }), created: true }
  }
  for (const gone of before.value.subnets.filter(one => !subnets.some(({ name }) => name.toLowerCase() === one.name.toLowerCase())))
    assertFree(context, call, { network: before, subnet: gone.name })
  const value = { ...before.value, ...changedNow(call), tags, addressPrefixes, subnets, kept }
  return { network: context.virtualNetworks.update(call, before, value), created: false }
}

export interface PutSubnet extends NetworkName {
  readonly permit: Permit<'subnet.write'>
  readonly subnet: Subnet
}

/** Raises `ResourceNotFound`, `ArmRefused`. */
export async function putSubnet(
  context: NetworkNeeds,
  call: Call,
  request: PutSubnet,
): Promise<{ readonly network: HeldNetwork; readonly created: boolean }> {
  assertPermits(request.permit, subnetScope({ ...request, subnet: request.subnet.name }))
  const network = await networkNamed(context, call, request)
  await groupForWriting(context, call, request)
  const known = subnetIn(network, request.subnet.name)
  const subnets =
    known === undefined
      ? [...network.value.subnets, request.subnet]
      : network.value.subnets.map(one => (one === known ? { ...request.subnet, name: known.name } : one))
  assertSubnets({ addressPrefixes: network.value.addressPrefixes, subnets })
  return {
    network: context.virtualNetworks.update(call, network, { ...network.value, ...changedNow(call), subnets }),
    created: known === undefined,
  }
}

/** Answers whether there was one. Raises `ArmRefused` InUseSubnetCannotBeDeleted. */
export async function deleteSubnet(
  context: NetworkNeeds,
  call: Call,
  { permit, network, subnet }: { readonly permit: Permit<'subnet.delete'>; readonly network: HeldNetwork; readonly subnet: string },
): Promise<boolean> {
  assertPermits(permit, subnetScope({ ...placeOf(network), subnet }))
  const known = subnetIn(network, subnet)
  if (known === undefined) return false
  assertFree(context, call, { network, subnet: known.name })
  const subnets = network.value.subnets.filter(one => one !== known)
  context.virtualNetworks.update(call, network, { ...network.value, ...changedNow(call), subnets })
  return true
}

export async function deleteNetwork(
  context: NetworkNeeds,
  call: Call,
  { permit, network }: { readonly permit: Permit<'network.delete'>; readonly network: HeldNetwork },
): Promise<void> {
  assertPermits(permit, network.value.scope)
  for (const { name } of network.value.subnets) assertFree(context, call, { network, subnet: name })
  context.virtualNetworks.remove(call, network)
}

function placeOf({ value }: HeldNetwork): NetworkName {
  const [, , subscriptionId = '', , group = '', , , , name = ''] = value.id.split('/')
  return { subscriptionId, group, name }
}

function assertSubnets({ addressPrefixes, subnets }: Pick<VirtualNetwork, 'addressPrefixes' | 'subnets'>): void {
  const spaces = addressPrefixes.flatMap(prefix => parseIpv4Subnet(prefix) ?? [])
  const ranges = subnets.map(({ name, addressPrefix }) => ({ name, range: parseIpv4Subnet(addressPrefix) }))
  for (const [at, { name, range }] of ranges.entries()) {
    if (range === undefined || !spaces.some(space => subnetHolds(space, range)))
      throw refused(400, {
        code: 'NetcfgInvalidSubnet',
        message: `Subnet '${name}' is not valid because its IP address range is outside the IP address range of the virtual network.`,
      })
    const other = ranges.slice(0, at).find(one => one.range !== undefined && one.range.first <= range.last && range.first <= one.range.last)
    if (other !== undefined)
      throw refused(400, {
        code: 'NetcfgSubnetRangesOverlap',
        message: `Subnet '${name}' is not valid because its IP address range overlaps with that of an existing subnet '${other.name}'.`,
      })
  }
}

/** Raises `ArmRefused` InUseSubnetCannotBeDeleted. */
function assertFree(context: NetworkNeeds, call: Call, at: { readonly network: HeldNetwork; readonly subnet: string }): void {
  const id = `${at.network.value.id}/subnets/${at.subnet}`.toLowerCase()
  const home = at.network.compartment
  const [used] = [
    ...context.networkInterfaces.all(call, home, ({ value }) => value.configurations.some(one => one.subnetId.toLowerCase() === id)),
    ...context.privateEndpoints.all(call, home, ({ value }) => value.subnetId?.toLowerCase() === id),
  ]
  if (used === undefined) return
  const message = `Subnet ${at.subnet} is in use by ${used.value.id} and cannot be deleted. In order to delete the subnet, delete all the resources within the subnet.`
  throw new Problem({ code: 'ArmRefused', details: { status: 400, code: 'InUseSubnetCannotBeDeleted', message } })
}
