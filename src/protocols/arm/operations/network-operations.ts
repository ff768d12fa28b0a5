import type { Context } from '#domain/context.ts'
import type { Operation } from '#protocols/http/operation.ts'
import type { ArmSite } from '#protocols/arm/site.ts'
import { listPrivateLinkResources } from './list-private-link-resources.ts'
import { interfaceDelete, interfaceGet, interfaceList, interfaceListInGroup, interfacePut } from './network-interfaces.ts'
import { privateConnectionDelete, privateConnectionGet, privateConnectionList, privateConnectionPut } from './private-connections.ts'
import { privateEndpointDelete } from './private-endpoint-delete.ts'
import { privateEndpointGet } from './private-endpoint-get.ts'
import { privateEndpointList, privateEndpointListInGroup } from './private-endpoint-list.ts'
import { privateEndpointPut } from './private-endpoint-put.ts'
import { subnetDelete, subnetGet, subnetList, subnetPut } from './subnets.ts'
import { networkDelete, networkGet, networkList, networkListInGroup, networkPut } from './virtual-networks.ts'

export const networkOperations: readonly Operation<Context, ArmSite>[] = [
  listPrivateLinkResources,
  privateConnectionList,
  privateConnectionGet,
  privateConnectionPut,
  privateConnectionDelete,
  privateEndpointPut,
  privateEndpointGet,
  privateEndpointDelete,
  privateEndpointList,
  privateEndpointListInGroup,
  networkPut,
  networkGet,
  networkDelete,
  networkList,
  networkListInGroup,
  subnetPut,
  subnetGet,
  subnetDelete,
  subnetList,
  interfacePut,
  interfaceGet,
  interfaceDelete,
  interfaceList,
  interfaceListInGroup,
]
