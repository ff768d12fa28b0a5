import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { Held } from '#domain/records/family.ts'
import { etagAt } from '#domain/resources/envelope.ts'
import type { HeldVault } from '#domain/resources/find-vault.ts'
import { subscriptionOfArmId } from '#domain/resources/scopes.ts'
import type { PrivateEndpoint, PrivateEndpointConnection } from './records.ts'

export type HeldConnection = Held<PrivateEndpointConnection, readonly [vaultId: string, name: string]>
export type HeldEndpoint = Held<PrivateEndpoint, readonly [armId: string]>

type Connections = Needs<'privateEndpointConnections'>
export const connectionType = 'Microsoft.KeyVault/vaults/privateEndpointConnections'

/** What wants, or has, a private way to a vault. */
export function connectionsOf(context: Connections, call: Call, vault: Pick<HeldVault, 'compartment' | 'path'>): readonly HeldConnection[] {
  return context.privateEndpointConnections.all(call, vault.compartment, ({ path: [vaultId] }) => vaultId === vault.path[0])
}

interface Named {
  readonly vault: HeldVault
  readonly name: string
}

/** Raises `ResourceNotFound`. */
export async function connectionNamed(context: Connections, call: Call, { vault, name }: Named): Promise<HeldConnection> {
  const held = await context.privateEndpointConnections.get(call, vault.compartment, [vault.path[0], name.toLowerCase()])
  if (held === undefined) throw new Problem({ code: 'ResourceNotFound', details: { type: connectionType, name } })
  return held
}

export interface Decision extends Named {
  readonly permit: Permit<'privateConnection.write'>
  /** To let somebody in is more than to write the record. */
  readonly mayApprove: () => Permit<'privateConnection.approve'>
  readonly status: 'Approved' | 'Rejected'
  readonly description: string | undefined
}

/** Lets a private endpoint in, or shuts it out again; counts for the next request. Raises `ResourceNotFound`, `AccessDenied`. */
export async function decideConnection(context: Connections, call: Call, decision: Decision): Promise<HeldConnection> {
  const { vault, status, description } = decision
  assertPermits(decision.permit, vault.value.scope)
  const held = await connectionNamed(context, call, decision)
  if (status === 'Approved') assertPermits(decision.mayApprove(), vault.value.scope)
  call.details.set('endpoint', held.value.endpointId).set('status', status)
  return context.privateEndpointConnections.update(call, held, {
    ...held.value,
    status,
    description: description ?? held.value.description,
    etag: etagAt(call),
  })
}

/** The endpoint stays behind, `Disconnected`. Answers whether there was a connection. */
export async function deleteConnection(
  context: Connections,
  call: Call,
  { permit, vault, name }: Named & { readonly permit: Permit<'privateConnection.delete'> },
): Promise<boolean> {
  assertPermits(permit, vault.value.scope)
  const held = await context.privateEndpointConnections.get(call, vault.compartment, [vault.path[0], name.toLowerCase()])
  if (held !== undefined) context.privateEndpointConnections.remove(call, held)
  return held !== undefined
}

/** A deleted vault keeps no way in: its recovery does not bring them back, as it brings no role assignments back. */
export function removeConnectionsOf(context: Connections, call: Call, vault: Pick<HeldVault, 'compartment' | 'path'>): void {
  for (const held of connectionsOf(context, call, vault)) context.privateEndpointConnections.remove(call, held)
}

/** The vault's side of an endpoint, while there is one. */
export async function connectionBehind(
  context: Connections,
  call: Call,
  { value }: Pick<HeldEndpoint, 'value'>,
): Promise<HeldConnection | undefined> {
  const { vaultId, connectionName } = value.connection
  const home = compartmentOfGuid(subscriptionOfArmId(vaultId) ?? '')
  return context.privateEndpointConnections.get(call, home, [vaultId.toLowerCase(), connectionName.toLowerCase()])
}
