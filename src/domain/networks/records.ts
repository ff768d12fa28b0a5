import { z } from 'zod'
import { family } from '#domain/records/family.ts'
import { resourceEnvelope } from '#domain/resources/records.ts'

const privateEndpoint = z.object({
  ...resourceEnvelope,
  /** ARM id of the subnet it stands in: told again, and nothing more; the machine has one network. */
  subnetId: z.string().optional(),
  interfaceName: z.string().optional(),
  /** Address of loopback on which exactly its vault is reached, once the connection is approved. */
  address: z.string(),
  connection: z.object({
    /** As whoever made the endpoint calls it. */
    name: z.string(),
    /** As the vault lists it. */
    connectionName: z.string(),
    vaultId: z.string(),
    groupIds: z.array(z.string()),
    requestMessage: z.string().optional(),
    /** Somebody with rights at the vault has to approve it. */
    manual: z.boolean(),
  }),
})
export type PrivateEndpoint = z.output<typeof privateEndpoint>

/** In the subscription's compartment; path: ARM id in lower case. */
export const privateEndpoints = family<PrivateEndpoint, readonly [armId: string]>({
  name: 'privateEndpoints',
  schema: privateEndpoint,
  format: 1,
  residency: 'resident',
  ruling: false,
})

const privateEndpointConnection = z.object({
  id: z.string(),
  name: z.string(),
  vaultId: z.string(),
  /** ARM id of the endpoint that wants in. */
  endpointId: z.string(),
  /** `Disconnected` is what an endpoint shows whose connection is gone: it stands in no record. */
  status: z.enum(['Pending', 'Approved', 'Rejected']),
  description: z.string(),
  etag: z.string(),
})
export type PrivateEndpointConnection = z.output<typeof privateEndpointConnection>

/** In the compartment of the vault's subscription; path: ARM id of the vault and name, both in lower case. It decides who reaches a vault: a ruling. */
export const privateEndpointConnections = family<PrivateEndpointConnection, readonly [vaultId: string, name: string]>({
  name: 'privateEndpointConnections',
  schema: privateEndpointConnection,
  format: 1,
  residency: 'resident',
  ruling: true,
})

const subnet = z.object({
  name: z.string(),
  /** CIDR of IPv4, inside the network's. */
  addressPrefix: z.string(),
  /** Told again, and nothing more: there are no packets here that it could rule. */
  kept: z.record(z.string(), z.json()),
})
export type Subnet = z.output<typeof subnet>

const virtualNetwork = z.object({
  ...resourceEnvelope,
  addressPrefixes: z.array(z.string()),
  subnets: z.array(subnet),
  kept: z.record(z.string(), z.json()),
})
export type VirtualNetwork = z.output<typeof virtualNetwork>

/** In the subscription's compartment; path: ARM id in lower case. A name for addresses, no network. */
export const virtualNetworks = family<VirtualNetwork, readonly [armId: string]>({
  name: 'virtualNetworks',
  schema: virtualNetwork,
  format: 1,
  residency: 'resident',
  ruling: false,
})

const networkInterface = z.object({
  ...resourceEnvelope,
  configurations: z
    .array(
      z.object({
        name: z.string(),
        subnetId: z.string(),
        address: z.string(),
        allocation: z.enum(['Dynamic', 'Static']),
        primary: z.boolean(),
      }),
    )
    .min(1),
  macAddress: z.string(),
  kept: z.record(z.string(), z.json()),
})
export type NetworkInterface = z.output<typeof networkInterface>

/** In the subscription's compartment; path: ARM id in lower case. */
export const networkInterfaces = family<NetworkInterface, readonly [armId: string]>({
  name: 'networkInterfaces',
  schema: networkInterface,
  format: 1,
  residency: 'resident',
  ruling: false,
})
