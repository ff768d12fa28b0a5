import { Problem } from '#model/problem.ts'
import type { Scope } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { Held } from '#domain/records/family.ts'
import { missingIn } from '#domain/resources/groups.ts'
import { childScope, groupArmId, groupScope, resourceArmId, subscriptionOfArmId } from '#domain/resources/scopes.ts'
import type { NetworkInterface, Subnet, VirtualNetwork } from './records.ts'

export type HeldNetwork = Held<VirtualNetwork, readonly [armId: string]>
export type HeldInterface = Held<NetworkInterface, readonly [armId: string]>

export const networkType = 'Microsoft.Network/virtualNetworks'
export const interfaceType = 'Microsoft.Network/networkInterfaces'

export interface NetworkName {
  readonly subscriptionId: string
  readonly group: string
  readonly name: string
}

const scopeIn = ({ subscriptionId, group, name }: NetworkName, type: string): Scope =>
  childScope(groupScope(subscriptionId, group), `providers/${type}/${name}`)
const armIdIn = ({ subscriptionId, group, name }: NetworkName, type: string): string =>
  resourceArmId(groupArmId(subscriptionId, group), type, name)

export const networkScope = (at: NetworkName): Scope => scopeIn(at, networkType)
export const networkArmId = (at: NetworkName): string => armIdIn(at, networkType)
export const interfaceScope = (at: NetworkName): Scope => scopeIn(at, interfaceType)
export const interfaceArmId = (at: NetworkName): string => armIdIn(at, interfaceType)
export const subnetScope = (at: NetworkName & { readonly subnet: string }): Scope => childScope(networkScope(at), `subnets/${at.subnet}`)

/** Of an ARM id whose form was looked at on the wire. */
export function scopeOfSubnetId(subnetId: string): Scope {
  const [, , subscriptionId = '', , group = '', , , , name = '', , subnet = ''] = subnetId.split('/')
  return subnetScope({ subscriptionId: subscriptionId.toLowerCase(), group, name, subnet })
}

/** Raises `ResourceGroupNotFound`, `ResourceNotFound`. */
export async function networkNamed(
  context: Needs<'virtualNetworks' | 'resourceGroups'>,
  call: Call,
  at: NetworkName,
): Promise<HeldNetwork> {
  const held = await context.virtualNetworks.get(call, compartmentOfGuid(at.subscriptionId), [networkArmId(at).toLowerCase()])
  if (held === undefined) throw await missingIn(context, call, { ...at, type: networkType })
  return held
}

/** Raises `ResourceGroupNotFound`, `ResourceNotFound`. */
export async function interfaceNamed(
  context: Needs<'networkInterfaces' | 'resourceGroups'>,
  call: Call,
  at: NetworkName,
): Promise<HeldInterface> {
  const held = await context.networkInterfaces.get(call, compartmentOfGuid(at.subscriptionId), [interfaceArmId(at).toLowerCase()])
  if (held === undefined) throw await missingIn(context, call, { ...at, type: interfaceType })
  return held
}

export const subnetIn = ({ value }: Pick<HeldNetwork, 'value'>, name: string): Subnet | undefined =>
  value.subnets.find(one => one.name.toLowerCase() === name.toLowerCase())

/** The subnet that an ARM id names, in any case, with its own spelling of it. Raises `ArmRefused` InvalidResourceReference. */
export async function subnetById(
  context: Needs<'virtualNetworks'>,
  call: Call,
  { subnetId, asker }: { readonly subnetId: string; readonly asker: string },
): Promise<{ readonly id: string; readonly subnet: Subnet }> {
  const [networkId = '', name = ''] = subnetId.split(/\/subnets\//i)
  const home = compartmentOfGuid(subscriptionOfArmId(networkId) ?? '')
  const network = await context.virtualNetworks.get(call, home, [networkId.toLowerCase()])
  const subnet = network === undefined ? undefined : subnetIn(network, name)
  if (network !== undefined && subnet !== undefined) return { id: `${network.value.id}/subnets/${subnet.name}`, subnet }
  const message = `Resource ${subnetId} referenced by resource ${asker} was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`
  throw new Problem({ code: 'ArmRefused', details: { status: 400, code: 'InvalidResourceReference', message } })
}
