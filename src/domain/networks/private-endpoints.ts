import { Problem } from '#model/problem.ts'
import type { Scope } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { removeAssignmentsIn } from '#domain/access/scope-assignments.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { changedNow, etagAt, newEnvelope } from '#domain/resources/envelope.ts'
import { vaultByArmId, type HeldVault } from '#domain/resources/find-vault.ts'
import { groupForWriting, missingIn } from '#domain/resources/groups.ts'
import { locationOf } from '#domain/resources/locations.ts'
import { childScope, groupArmId, groupScope, resourceArmId } from '#domain/resources/scopes.ts'
import { checkedTags } from '#domain/resources/tags.ts'
import { connectionBehind, connectionsOf, connectionType, type HeldConnection, type HeldEndpoint } from './connections.ts'
import { scopeOfSubnetId, subnetById } from './network-place.ts'
import { releaseAddress, takeAddress } from './private-address.ts'
import type { PrivateEndpoint } from './records.ts'

export const endpointType = 'Microsoft.Network/privateEndpoints'

export interface EndpointName {
  readonly subscriptionId: string
  readonly group: string
  readonly name: string
}

export const endpointScope = ({ subscriptionId, group, name }: EndpointName): Scope =>
  childScope(groupScope(subscriptionId, group), `providers/${endpointType}/${name}`)
export const endpointArmId = ({ subscriptionId, group, name }: EndpointName): string =>
  resourceArmId(groupArmId(subscriptionId, group), endpointType, name)

type EndpointNeeds = Needs<
  | 'privateEndpoints'
  | 'privateEndpointConnections'
  | 'virtualNetworks'
  | 'vaults'
  | 'names'
  | 'resourceGroups'
  | 'subscriptions'
  | 'roleAssignments'
  | 'instance'
  | 'ground'
>

export interface EndpointWishes {
  readonly subnetId: string | undefined
  readonly interfaceName: string | undefined
  readonly connection: Omit<PrivateEndpoint['connection'], 'connectionName'>
}

export interface SetEndpoint extends EndpointName {
  readonly permit: Permit<'privateEndpoint.write'>
  /** Asked where the endpoint is to be let in without anybody else's word (`LinkedAccessDenied`). */
  readonly mayApprove: (vault: Scope) => Permit<'privateConnection.approve'>
  /** Asked of the subnet that it is to stand in (`LinkedAccessDenied`). */
  readonly mayJoin: (subnet: Scope) => Permit<'subnet.join'>
  readonly location: string | undefined
  readonly tags: Readonly<Record<string, string>> | undefined
  readonly wishes: EndpointWishes
}

const refused = (code: string, message: string): Problem => new Problem({ code: 'ArmRefused', details: { status: 400, code, message } })

/** Anybody may ask to be let in: strangers must not fill a vault with what its owner has to clear away, nor hold up its deletion, which is one commit. */
const waitingMax = 64
const connectionsMax = 400

/** Makes an endpoint and asks its vault to let it in, or changes its tags. Raises `ResourceGroupNotFound`, `ArmRefused`. */
export async function setEndpoint(
  context: EndpointNeeds,
  call: Call,
  request: SetEndpoint,
): Promise<{ readonly endpoint: HeldEndpoint; readonly created: boolean }> {
  assertPermits(request.permit, endpointScope(request))
  const location = locationOf(request.location, endpointType)
  const tags = { ...checkedTags(request.tags) }
  const group = await groupForWriting(context, call, request)
  const home = compartmentOfGuid(request.subscriptionId)
  const found = await context.privateEndpoints.get(call, home, [endpointArmId(request).toLowerCase()])
  if (found !== undefined) {
    assertSame(found.value, { location, wishes: request.wishes })
    return { endpoint: context.privateEndpoints.update(call, found, { ...found.value, ...changedNow(call), tags }), created: false }
  }
  const vault = await vaultWanted(context, call, request.wishes)
  const { subscriptionId, name } = request
  const id = resourceArmId(group.value.id, endpointType, name)
  const { subnetId, interfaceName, connection } = request.wishes
  if (subnetId !== undefined) {
    const place = scopeOfSubnetId(subnetId)
    assertPermits(request.mayJoin(place), place)
    await subnetById(context, call, { subnetId, asker: id })
  }
  const connectionName = await connect(context, call, { request, vault, endpointId: id })
  const endpoint = context.privateEndpoints.create(call, home, {
    path: [id.toLowerCase()],
    value: {
      ...newEnvelope(call, { id, name, scope: endpointScope(request), location, tags }),
      ...(subnetId !== undefined && { subnetId }),
      ...(interfaceName !== undefined && { interfaceName }),
      address: await takeAddress(context, call, { subscriptionId, armId: id }),
      connection: { ...connection, vaultId: vault.value.id, connectionName },
    },
  })
  return { endpoint, created: true }
}

function assertSame(was: PrivateEndpoint, { location, wishes }: { readonly location: string; readonly wishes: EndpointWishes }): void {
  if (was.location !== location) {
    const message = `The resource '${was.name}' already exists in location '${was.location}'. A resource with the same name cannot be created in location '${location}'. Please select a new resource name.`
    throw new Problem({ code: 'ArmRefused', details: { status: 409, code: 'InvalidResourceLocation', message } })
  }
  if (was.connection.vaultId.toLowerCase() !== wishes.connection.vaultId.toLowerCase())
    throw refused(
      'PrivateEndpointCannotBeUpdated',
      `The private endpoint '${was.name}' leads to '${was.connection.vaultId}': that cannot be changed.`,
    )
}

async function vaultWanted(context: Needs<'vaults'>, call: Call, { connection }: EndpointWishes): Promise<HeldVault> {
  if (connection.groupIds.some(one => one.toLowerCase() !== 'vault') || connection.groupIds.length > 1)
    throw refused('InvalidGroupIds', "A vault has the group id 'vault', and no other.")
  const vault = await vaultByArmId(context, call, connection.vaultId)
  if (vault !== undefined) return vault
  const message = `Resource ${connection.vaultId} referenced by the private endpoint was not found. Please make sure that the referenced resource exists.`
  throw refused('InvalidResourceReference', message)
}

function assertRoom(there: readonly HeldConnection[], { manual }: { readonly manual: boolean }): void {
  const waiting = there.filter(({ value }) => value.status === 'Pending').length
  if (there.length < connectionsMax && (!manual || waiting < waitingMax)) return
  const most = `A vault has at most ${connectionsMax} private endpoint connections, and ${waitingMax} that wait for approval.`
  throw refused('PrivateEndpointConnectionsLimitExceeded', most)
}

/** The vault's own record of it: let in at once by whoever may, or waiting for somebody who may. Raises `ArmRefused` where there are too many. */
async function connect(
  context: EndpointNeeds,
  call: Call,
  { request, vault, endpointId }: { readonly request: SetEndpoint; readonly vault: HeldVault; readonly endpointId: string },
): Promise<string> {
  const { manual, requestMessage } = request.wishes.connection
  if (!manual) assertPermits(request.mayApprove(vault.value.scope), vault.value.scope)
  assertRoom(connectionsOf(context, call, vault), { manual })
  const mark = await call.once(`connection of ${endpointId}`, async () => context.ground.random.uuid())
  const name = `${request.name}.${mark}`
  context.privateEndpointConnections.create(call, vault.compartment, {
    path: [vault.path[0], name.toLowerCase()],
    value: {
      id: `${vault.value.id}/${connectionType.slice(connectionType.lastIndexOf('/') + 1)}/${name}`,
      name,
      vaultId: vault.value.id,
      endpointId,
      status: manual ? 'Pending' : 'Approved',
      description: requestMessage ?? (manual ? '' : 'Auto-Approved'),
      etag: etagAt(call),
    },
  })
  return name
}

/** Raises `ResourceGroupNotFound`, `ResourceNotFound`. */
export async function endpointNamed(
  context: Needs<'privateEndpoints' | 'resourceGroups'>,
  call: Call,
  at: EndpointName,
): Promise<HeldEndpoint> {
  const held = await context.privateEndpoints.get(call, compartmentOfGuid(at.subscriptionId), [endpointArmId(at).toLowerCase()])
  if (held === undefined) throw await missingIn(context, call, { ...at, type: endpointType })
  return held
}

/** The way is shut with it, on the vault's side too. */
export async function deleteEndpoint(
  context: EndpointNeeds,
  call: Call,
  { permit, endpoint }: { readonly permit: Permit<'privateEndpoint.delete'>; readonly endpoint: HeldEndpoint },
): Promise<void> {
  const { scope, address } = endpoint.value
  assertPermits(permit, scope)
  const connection = await connectionBehind(context, call, endpoint)
  if (connection !== undefined) context.privateEndpointConnections.remove(call, connection)
  await releaseAddress(context, call, address)
  const [, place = ''] = scope
  const subscription = await context.subscriptions.get(call, endpoint.compartment, [place.slice('/subscriptions/'.length)])
  if (subscription !== undefined) removeAssignmentsIn(context, call, { tenantId: subscription.value.tenantId, scope })
  context.privateEndpoints.remove(call, endpoint)
}
