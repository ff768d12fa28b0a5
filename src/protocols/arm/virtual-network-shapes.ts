import { z } from 'zod'
import {
  interfaceScope,
  interfaceType,
  networkScope,
  networkType,
  subnetScope,
  type HeldInterface,
  type HeldNetwork,
} from '#domain/networks/network-place.ts'
import type { Subnet } from '#domain/networks/records.ts'
import { trackedResource, type Listed } from './answers.ts'
import { group, subscriptionId } from './params.ts'

const named = (what: string) =>
  z
    .string()
    .regex(
      /^[a-zA-Z0-9](?:[a-zA-Z0-9_.-]{0,78}[a-zA-Z0-9_])?$/,
      `The ${what} name is invalid: 1 to 80 letters, digits, underscores, periods and hyphens.`,
    )

export const ofNetwork = z
  .object({ subscriptionId, group, network: named('virtual network') })
  .transform(({ network, ...rest }) => ({ ...rest, name: network }))
export const ofSubnet = z
  .object({ subscriptionId, group, network: named('virtual network'), subnet: named('subnet') })
  .transform(({ network, ...rest }) => ({ ...rest, name: network }))
export const ofInterface = z
  .object({ subscriptionId, group, interface: named('network interface') })
  .transform(({ interface: name, ...rest }) => ({ ...rest, name }))

const inGroup = '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.Network'
export const networkPath = `${inGroup}/virtualNetworks/{network}`
export const subnetPath = `${networkPath}/subnets/{subnet}`
export const interfacePath = `${inGroup}/networkInterfaces/{interface}`
export const atNetwork = ({ params }: { readonly params: z.output<typeof ofNetwork> }) => networkScope(params)
export const atSubnet = ({ params }: { readonly params: z.output<typeof ofSubnet> }) => subnetScope(params)
export const atInterface = ({ params }: { readonly params: z.output<typeof ofInterface> }) => interfaceScope(params)

export const subnetShape = ({ value }: HeldNetwork, { name, addressPrefix, kept }: Subnet): Listed => ({
  id: `${value.id}/subnets/${name}`,
  name,
  type: `${networkType}/subnets`,
  etag: value.etag,
  properties: { provisioningState: 'Succeeded', addressPrefix, ...kept },
})

export const networkShape = (held: HeldNetwork): Listed =>
  trackedResource(held.value, {
    type: networkType,
    more: { etag: held.value.etag },
    properties: {
      provisioningState: 'Succeeded',
      addressSpace: { addressPrefixes: held.value.addressPrefixes },
      subnets: held.value.subnets.map(subnet => subnetShape(held, subnet)),
      ...held.value.kept,
    },
  })

export const interfaceShape = ({ value }: HeldInterface): Listed =>
  trackedResource(value, {
    type: interfaceType,
    more: { etag: value.etag },
    properties: {
      provisioningState: 'Succeeded',
      ...value.kept,
      ipConfigurations: value.configurations.map(({ name, subnetId, address, allocation, primary }) => ({
        id: `${value.id}/ipConfigurations/${name}`,
        name,
        type: `${interfaceType}/ipConfigurations`,
        etag: value.etag,
        properties: {
          provisioningState: 'Succeeded',
          privateIPAddress: address,
          privateIPAllocationMethod: allocation,
          privateIPAddressVersion: 'IPv4',
          subnet: { id: subnetId },
          primary,
        },
      })),
      macAddress: value.macAddress,
    },
  })
