import { z } from 'zod'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { connectionBehind, connectionType, connectionsOf, type HeldConnection, type HeldEndpoint } from '#domain/networks/connections.ts'
import { endpointScope, endpointType } from '#domain/networks/private-endpoints.ts'
import type { HeldVault } from '#domain/resources/find-vault.ts'
import { trackedResource, type Listed } from './answers.ts'
import { group, subscriptionId, vault } from './params.ts'
import { vaultShape } from './shapes.ts'
import type { ArmSite } from './site.ts'

const endpoint = z
  .string()
  .regex(
    /^[a-zA-Z0-9](?:[a-zA-Z0-9_.-]{0,78}[a-zA-Z0-9_])?$/,
    'The private endpoint name is invalid: 1 to 80 letters, digits, underscores, periods and hyphens.',
  )
const connection = z.string().regex(/^[\w.-]{1,120}$/, 'The private endpoint connection name is invalid.')

export const ofEndpoint = z.object({ subscriptionId, group, endpoint }).transform(({ endpoint, ...rest }) => ({ ...rest, name: endpoint }))
export const atEndpoint = ({ params }: { readonly params: z.output<typeof ofEndpoint> }) => endpointScope(params)
export const endpointPath = '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.Network/privateEndpoints/{endpoint}'

export const ofConnection = z
  .object({ subscriptionId, group, vault, connection })
  .transform(({ vault, connection, ...rest }) => ({ ...rest, name: vault, connection }))
export const connectionsPath =
  '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults/{vault}/privateEndpointConnections'

const stateOf = (held: HeldConnection | undefined) =>
  held === undefined
    ? { status: 'Disconnected', description: 'The connection was removed by the owner of the key vault.', actionsRequired: 'None' }
    : { status: held.value.status, description: held.value.description, actionsRequired: 'None' }

const connectionProperties = (held: HeldConnection) => ({
  privateEndpoint: { id: held.value.endpointId },
  privateLinkServiceConnectionState: stateOf(held),
  provisioningState: 'Succeeded',
})

export const connectionShape = (held: HeldConnection): Listed => ({
  id: held.value.id,
  name: held.value.name,
  type: connectionType,
  etag: held.value.etag,
  properties: connectionProperties(held),
})

/** A vault with those who want, or have, a private way in. */
export function shownVault(at: { readonly context: Context; readonly call: Call; readonly site: ArmSite }, held: HeldVault): Listed {
  const connections = connectionsOf(at.context, at.call, held).map(one => ({
    id: one.value.id,
    etag: one.value.etag,
    properties: connectionProperties(one),
  }))
  return vaultShape(at.site, held.value, connections)
}

export async function endpointShape(
  at: { readonly context: Context; readonly call: Call; readonly site: ArmSite },
  held: HeldEndpoint,
): Promise<Listed> {
  const { value } = held
  const { connection: own } = value
  const behind = await connectionBehind(at.context, at.call, held)
  const vaultName = own.vaultId.slice(own.vaultId.lastIndexOf('/') + 1).toLowerCase()
  const shown = {
    id: `${value.id}/${own.manual ? 'manualPrivateLinkServiceConnections' : 'privateLinkServiceConnections'}/${own.name}`,
    name: own.name,
    properties: {
      privateLinkServiceId: own.vaultId,
      groupIds: own.groupIds,
      ...(own.requestMessage !== undefined && { requestMessage: own.requestMessage }),
      privateLinkServiceConnectionState: stateOf(behind),
      provisioningState: 'Succeeded',
    },
  }
  return trackedResource(value, {
    type: endpointType,
    more: { etag: value.etag },
    properties: {
      provisioningState: 'Succeeded',
      ...(value.subnetId !== undefined && { subnet: { id: value.subnetId } }),
      ...(value.interfaceName !== undefined && { customNetworkInterfaceName: value.interfaceName }),
      networkInterfaces: [],
      privateLinkServiceConnections: own.manual ? [] : [shown],
      manualPrivateLinkServiceConnections: own.manual ? [shown] : [],
      customDnsConfigs: [{ fqdn: `${vaultName}.vault.${at.site.domain}`, ipAddresses: [value.address] }],
    },
  })
}
