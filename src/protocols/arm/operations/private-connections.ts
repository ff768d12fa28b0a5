import { connectionNamed, connectionsOf, decideConnection, deleteConnection } from '#domain/networks/connections.ts'
import { parentVault, vaultArmId, vaultScope } from '#domain/resources/set-vault.ts'
import { empty, json } from '#protocols/http/answer.ts'
import { armJson } from '#protocols/arm/bodies.ts'
import { armList, listQuery } from '#protocols/arm/lists.ts'
import { connectionBody } from '#protocols/arm/network-bodies.ts'
import { connectionShape, connectionsPath, ofConnection } from '#protocols/arm/network-shapes.ts'
import { anyQuery, ofVault } from '#protocols/arm/params.ts'
import { armOperation } from '#protocols/arm/site.ts'

const named = `${connectionsPath}/{connection}`
type AtConnection = {
  readonly params: { readonly subscriptionId: string; readonly group: string; readonly name: string; readonly connection: string }
}
const resource = ({ params }: AtConnection): string => `${vaultArmId(params)}/privateEndpointConnections/${params.connection}`
const scope = ({ params }: AtConnection) => vaultScope(params)

export const privateConnectionList = armOperation({
  name: 'VaultPrivateConnectionList',
  method: 'GET',
  path: connectionsPath,
  permissions: ['privateConnection.read'],
  params: ofVault,
  query: listQuery,
  body: { none: true },
  scope: ({ params }) => vaultScope(params),
  resource: ({ params }) => `${vaultArmId(params)}/privateEndpointConnections`,
  async handle(context, call, { site, params, request }) {
    const vault = await parentVault(context, call, params)
    return armList(site, request, connectionsOf(context, call, vault).map(connectionShape))
  },
})

export const privateConnectionGet = armOperation({
  name: 'VaultPrivateConnectionGet',
  method: 'GET',
  path: named,
  permissions: ['privateConnection.read'],
  params: ofConnection,
  query: anyQuery,
  body: { none: true },
  scope,
  resource,
  async handle(context, call, { params }) {
    const vault = await parentVault(context, call, params)
    return json(200, connectionShape(await connectionNamed(context, call, { vault, name: params.connection })))
  },
})

/** Approval and rejection; there is no making one from the vault's side. */
export const privateConnectionPut = armOperation({
  name: 'VaultPrivateConnectionPut',
  method: 'PUT',
  path: named,
  permissions: ['privateConnection.write'],
  linked: ['privateConnection.approve'],
  params: ofConnection,
  query: anyQuery,
  body: armJson(connectionBody),
  scope,
  resource,
  async handle(context, call, { params, body, permit }) {
    const vault = await parentVault(context, call, params)
    const held = await decideConnection(context, call, {
      vault,
      name: params.connection,
      permit: permit('privateConnection.write'),
      mayApprove: () => permit('privateConnection.approve', { on: vault.value.scope }),
      status: body.status,
      description: body.description,
    })
    return json(200, connectionShape(held))
  },
})

/** 200, and 204 where there is none. */
export const privateConnectionDelete = armOperation({
  name: 'VaultPrivateConnectionDelete',
  method: 'DELETE',
  path: named,
  permissions: ['privateConnection.delete'],
  params: ofConnection,
  query: anyQuery,
  body: { none: true },
  scope,
  resource,
  async handle(context, call, { params, permit }) {
    const vault = await parentVault(context, call, params)
    const was = await deleteConnection(context, call, { permit: permit('privateConnection.delete'), vault, name: params.connection })
    return empty(was ? 200 : 204)
  },
})
