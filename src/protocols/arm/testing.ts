// For tests alone: ARM's whole wire with real tokens, without sockets.
import assert from 'node:assert/strict'
import { issueToken } from '#domain/identity/issue-token.ts'
import { identityGround, tenantId, type IdentityGround, type Made } from '#domain/identity/testing.ts'
import { deleteGroupRunner } from '#domain/resources/delete-group.ts'
import { createSubscription } from '#domain/resources/create-subscription.ts'
import type { GroundChanges } from '#domain/testing.ts'
import { system } from '#model/principal.ts'
import { createPipeline } from '#protocols/http/pipeline.ts'
import { ask, listIn, objectIn, textIn, type Answered } from '#protocols/http/testing.ts'
import { armProtocol } from './index.ts'

export const subscriptionId = '22222222-2222-4222-8222-222222222222'
export const groupId = `/subscriptions/${subscriptionId}/resourceGroups/rg`
export const host = 'https://management.keystead.test:8443'

export const roles = {
  owner: '8e3af657-a8ff-443c-a75c-2fe8c4bcb635',
  reader: 'acdd72a7-3385-48ef-bd42-f606fba81ae7',
  contributor: 'b24988ac-6180-42a0-ab88-20f7382dd24c',
  cryptoUser: '12338af0-0e69-4776-bea7-57ae8d297424',
  dataAccessAdministrator: '8b54135c-b56d-4d72-a534-26097cfdc8d8',
  keyVaultContributor: 'f25e0fa2-a7c8-4377-a976-54943a77a395',
  networkContributor: '4d97b98b-1d4f-4787-a291-c67834d212e7',
} as const

export interface Caller {
  readonly made: Made
  readonly token: string
  (method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answered>
}

export interface ArmWire {
  readonly ground: IdentityGround
  /** Owner of the subscription. */
  readonly owner: Caller
  readonly bare: (method: string, path: string, headers?: Readonly<Record<string, string>>) => Promise<Answered>
  /** An access token for ARM. */
  readonly tokenOf: (made: Pick<Made, 'appId' | 'secretText'>, tenant: string) => Promise<string>
  readonly caller: (displayName: string) => Promise<Caller>
  /** Gives a role as the owner. */
  readonly assign: (roleId: string, who: Caller, scope: string) => Promise<string>
  /** Runs the jobs that are under way to their end, as the scheduler would. */
  readonly work: () => Promise<void>
}

const versions: readonly (readonly [pattern: RegExp, version: string])[] = [
  [/\/providers\/microsoft\.authorization\//i, '2022-04-01'],
  [/\/providers\/microsoft\.managedidentity\//i, '2023-01-31'],
  [/\/providers\/microsoft\.keyvault\//i, '2022-07-01'],
]
const versioned = (path: string): string => {
  if (/[?&]api-version=/.test(path)) return path
  const version = versions.find(([pattern]) => pattern.test(path))?.[1] ?? '2021-04-01'
  return `${path}${path.includes('?') ? '&' : '?'}api-version=${version}`
}

type Proof = Pick<Made, 'appId' | 'secretText'>

async function tokenFor(ground: IdentityGround, made: Proof, tenant = tenantId): Promise<string> {
  const { accessToken } = await ground.run(system, async call =>
    issueToken(ground.context, call, {
      tenant,
      grantType: 'client_credentials',
      clientId: made.appId,
      credential: { secret: made.secretText },
      asked: { scope: `${host}/.default` },
      capable: false,
      login: 'https://login.keystead.test:8443',
      reached: { domain: 'keystead.test', portSuffix: ':8443' },
    }),
  )
  return accessToken
}

async function work(ground: IdentityGround): Promise<void> {
  for (;;) {
    const job = ground.context.jobs.peek().find(({ value }) => value.state === 'running')
    if (job === undefined) return
    await ground.run(system, async call => deleteGroupRunner.step(ground.context, call, job), deleteGroupRunner.operation)
  }
}

export async function armWire(changes: Pick<GroundChanges, 'guardPolicies' | 'throttle' | 'outgoing'> = {}): Promise<ArmWire> {
  const ground = await identityGround(changes)
  const { context } = ground
  const pipeline = createPipeline(context, armProtocol('keystead.test'))

  async function caller(displayName: string): Promise<Caller> {
    const made = await ground.add(displayName)
    const token = await tokenFor(ground, made)
    const send = async (...[method, path, body, headers = {}]: Parameters<Caller>) =>
      ask(pipeline, {
        method,
        url: path.startsWith('https://') ? path : host + versioned(path),
        headers: { authorization: `Bearer ${token}`, ...headers },
        ...(body !== undefined && { body }),
      })
    return Object.assign(send, { made, token })
  }

  const owner = await caller('owner')
  const subscription = { tenantId, subscriptionId, displayName: 'Test', resourceGroup: 'rg', location: 'local', ownerId: owner.made.oid }
  await ground.run(system, async call => createSubscription(context, call, subscription))
  return {
    ground,
    owner,
    caller,
    tokenOf: async (made, tenant) => tokenFor(ground, made, tenant),
    bare: async (method, path, headers = {}) => ask(pipeline, { method, url: host + path, headers }),
    async assign(roleId, who, scope) {
      const path = assignmentPath(scope, context.ground.random.uuid())
      const answered = await owner('PUT', path, assignmentBody(roleId, who.made.oid))
      assert.equal(answered.status, 201, answered.text)
      return path
    },
    work: async () => work(ground),
  }
}

export const assignmentPath = (scope: string, name: string): string => `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`

export const assignmentBody = (roleId: string, principalId: string, more: object = {}): object => ({
  properties: {
    roleDefinitionId: `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${roleId}`,
    principalId,
    ...more,
  },
})

export const vaultPath = (name: string, group = groupId): string => `${group}/providers/Microsoft.KeyVault/vaults/${name}`

export const vaultBody = (properties: object = {}, more: object = {}): object => ({
  location: 'local',
  properties: {
    tenantId,
    sku: { family: 'A', name: 'premium' },
    enableRbacAuthorization: true,
    softDeleteRetentionInDays: 7,
    ...properties,
  },
  ...more,
})

/** Status and code of a refusal, which wears ARM's envelope. */
export function refusal({ status, json }: Answered): readonly [status: number, code: string] {
  assert.deepEqual(Object.keys(json), ['error'])
  const error = objectIn(json['error'])
  textIn(error['message'])
  return [status, textIn(error['code'])]
}

export const propertiesOf = ({ json }: Answered): Readonly<Record<string, unknown>> => objectIn(json['properties'])
export const namesIn = ({ json }: Answered): readonly string[] => listIn(json['value']).map(one => textIn(one['name']))
