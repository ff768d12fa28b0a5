// Every wire of an instance over one store in memory: real tokens, real rights, no sockets.
import assert from 'node:assert/strict'
import { attestationOutside, authority } from '#domain/keys/attestation-testing.ts'
import { issueToken } from '#domain/identity/issue-token.ts'
import { identityGround, tenantId, type IdentityGround, type Made } from '#domain/identity/testing.ts'
import { createSubscription } from '#domain/resources/create-subscription.ts'
import { system } from '#model/principal.ts'
import { adminProtocol } from '#protocols/admin/index.ts'
import type { Runtime } from '#protocols/admin/site.ts'
import { armProtocol } from '#protocols/arm/index.ts'
import { entraProtocol } from '#protocols/entra/index.ts'
import { graphProtocol } from '#protocols/graph/index.ts'
import type { Operation } from '#protocols/http/operation.ts'
import { createPipeline, type Pipeline } from '#protocols/http/pipeline.ts'
import type { Protocol } from '#protocols/http/protocol.ts'
import { ask, textIn, type Answered } from '#protocols/http/testing.ts'
import { keyVaultProtocol } from '#protocols/keyvault/index.ts'
import type { Context } from '#domain/context.ts'

export const domain = 'keystead.test'
export const subscriptionId = '22222222-2222-4222-8222-222222222222'
export const groupId = `/subscriptions/${subscriptionId}/resourceGroups/rg`
export const vault = 'kv-every'
export const vaultId = `${groupId}/providers/Microsoft.KeyVault/vaults/${vault}`

/** What the table needs of an operation, whatever wire it is of. */
export type AnyOperation = Pick<Operation<never, never>, 'name' | 'method' | 'path' | 'permissions' | 'body' | 'unversioned'>

export interface Wire {
  readonly name: string
  readonly operations: readonly AnyOperation[]
  readonly host: string
  /** What is asked for at the token endpoint; `undefined` where the wire takes no tokens. */
  readonly resource: string | undefined
  readonly apiVersion: string | undefined
  readonly pipeline: Pipeline
}

export type Who = 'administrator' | 'stranger' | 'nobody'

export interface House {
  readonly ground: IdentityGround
  readonly wires: readonly Wire[]
  readonly wire: (name: string) => Wire
  readonly send: (wire: Wire, who: Who, what: Sent) => Promise<Answered>
}

export interface Sent {
  readonly method: string
  readonly path: string
  readonly body?: unknown
  /** Instead of the wire's own. */
  readonly apiVersion?: string
  /** Whose tokens are shown, where they are not for this wire. */
  readonly resource?: string
}

const roles = { keyVaultAdministrator: '00482a5a-887f-4fb3-b363-3b7fe8e74483' } as const

/** A subscription with a vault; who owns it, writes the directory and administers the keys; and an application without any right. */
export async function house(): Promise<House> {
  const ground = await identityGround({ attestationAuthorities: [authority], outgoing: attestationOutside })
  const { context } = ground
  const people = { administrator: await ground.add('administrator', 'write'), stranger: await ground.add('stranger') }
  await ground.run(system, async call =>
    createSubscription(context, call, {
      tenantId,
      subscriptionId,
      displayName: 'Everything',
      resourceGroup: 'rg',
      location: context.instance.location,
      ownerId: people.administrator.oid,
    }),
  )
  const wires = allWires(context)
  const wire = (name: string): Wire => wires.find(one => one.name === name) ?? assert.fail(`no wire ${name}`)
  const tokens = new Map<string, string>()
  for (const [who, person] of Object.entries(people))
    for (const { resource } of wires) if (resource !== undefined) tokens.set(`${who} ${resource}`, await tokenFor(ground, person, resource))
  const send: House['send'] = async ({ pipeline, host, resource, apiVersion }, who, { method, path, ...sent }) => {
    const token = tokens.get(`${who} ${sent.resource ?? resource}`)
    const version = sent.apiVersion ?? apiVersion
    return ask(pipeline, {
      method,
      url: `https://${host}${path}${version === undefined ? '' : `?api-version=${version}`}`,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      ...(sent.body !== undefined && { body: sent.body }),
    })
  }
  const made: House = { ground, wires, wire, send }
  await makeVault(made, people.administrator)
  return made
}

function allWires(context: Context): readonly Wire[] {
  const wireOf = <Site>(protocol: Protocol<Context, Site>, how: Pick<Wire, 'host' | 'resource' | 'apiVersion'>): Wire => ({
    ...how,
    name: protocol.name,
    operations: protocol.operations,
    pipeline: createPipeline(context, protocol),
  })
  const of = (host: string) => `${host}.${domain}`
  const management = { host: of('management'), resource: `https://${of('management')}`, apiVersion: '2024-03-01' }
  return [
    wireOf(entraProtocol(domain), { host: of('login'), resource: undefined, apiVersion: undefined }),
    wireOf(armProtocol(domain), management),
    wireOf(graphProtocol(domain), { host: of('graph'), resource: `https://${of('graph')}`, apiVersion: undefined }),
    wireOf(keyVaultProtocol(domain), { host: of(`${vault}.vault`), resource: `https://${of('vault')}`, apiVersion: '7.4' }),
    wireOf(adminProtocol(unreachable), { host: 'admin', resource: undefined, apiVersion: undefined }),
  ]
}

const never = async (): Promise<never> => assert.fail('a refused request reached the running program')
/** Nothing of the admin wire that is asked here comes so far. */
export const unreachable: Runtime = {
  tenantId,
  home: { subscriptionId, group: 'rg' },
  status: never,
  environment: never,
  exportDisk: never,
  serveMetadata: never,
  words: async () => () => undefined,
  keyUses: async () => () => false,
  operations: async () => [],
  collectsAlarms: false,
  testAlarm: never,
  audit: { query: never, verify: never, head: never, exportHead: never, exportPage: never },
  checkBytes: never,
  backups: never,
  seals: { list: () => assert.fail('a refused request saw the seals'), add: never, remove: never },
  rootKey: { rotate: never, standing: () => assert.fail('a refused request saw the root key') },
  sealNow: () => assert.fail('a refused request sealed the program'),
  stop: () => assert.fail('a refused request stopped the program'),
}

async function tokenFor(ground: IdentityGround, { appId, secretText }: Made, resource: string): Promise<string> {
  const { accessToken } = await ground.run(system, async call =>
    issueToken(ground.context, call, {
      tenant: tenantId,
      grantType: 'client_credentials',
      clientId: appId,
      credential: { secret: secretText },
      asked: { scope: `${resource}/.default` },
      capable: false,
      login: `https://login.${domain}`,
      reached: { domain, portSuffix: '' },
    }),
  )
  return accessToken
}

async function makeVault({ send, wire }: House, { oid }: Made): Promise<void> {
  const arm = wire('arm')
  const properties = { tenantId, sku: { family: 'A', name: 'premium' }, enableRbacAuthorization: true }
  const made = await send(arm, 'administrator', { method: 'PUT', path: vaultId, body: { location: 'local', properties } })
  assert(made.status < 300, made.text)
  const definition = `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${roles.keyVaultAdministrator}`
  const path = `${vaultId}/providers/Microsoft.Authorization/roleAssignments/${crypto.randomUUID()}`
  const body = { properties: { roleDefinitionId: definition, principalId: oid, principalType: 'ServicePrincipal' } }
  assert.equal((await send(arm, 'administrator', { method: 'PUT', path, body })).status, 201)
}

/** The code of a refusal in whichever envelope. */
export function codeOf({ json }: Answered): string {
  const { error } = json
  return typeof error === 'object' && error !== null ? textIn(Reflect.get(error, 'code')) : textIn(error)
}
