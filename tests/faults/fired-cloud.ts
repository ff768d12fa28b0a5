// What an operator sets up before the fire begins: a vault and its officer, a set with its role, a disk, a few principals.
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { FiredInstance } from './fired-instance.ts'
import { wireTo, type Answered, type Asked, type Wire } from './wire.ts'

export const vaultName = 'underfire'
export const roles = {
  officer: '14b46e9e-c2b7-41b4-b07b-48a6ebf60603',
  serviceUser: 'e147488a-f6f5-4113-8e2d-b22465e65bf6',
  reader: '21090545-7ca7-4776-b22c-e363652d74d2',
} as const

/** Tokens and names: they hold over restarts. */
export interface Cloud {
  readonly arm: string
  readonly vault: string
  readonly diskId: string
  /** Object ids that roles are given to and taken from. */
  readonly principals: readonly string[]
}

const applicationShape = z.object({ objectId: z.guid() })
const identityShape = z.looseObject({ identity: z.looseObject({ principalId: z.guid() }) })
const keyShape = z.looseObject({ key: z.looseObject({ kid: z.url() }) })

export const providersOf = ({ environment }: Wire): string =>
  `/subscriptions/${environment.subscriptionId}/resourceGroups/${environment.resourceGroup}/providers`
export const vaultIdOf = (wire: Wire): string => `${providersOf(wire)}/Microsoft.KeyVault/vaults/${vaultName}`
export const assignmentPath = (wire: Wire, name: string): string =>
  `${vaultIdOf(wire)}/providers/Microsoft.Authorization/roleAssignments/${name}?api-version=2022-04-01`
export const assignmentBody = (wire: Wire, role: keyof typeof roles, principalId: string) => ({
  properties: {
    roleDefinitionId: `/subscriptions/${wire.environment.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${roles[role]}`,
    principalId,
    principalType: 'ServicePrincipal',
  },
})
export const keyPath = (name: string, verb = ''): string => `/keys/${name}${verb}?api-version=7.4`

export async function setUp(instance: FiredInstance): Promise<Cloud> {
  using wire = await wireTo(instance)
  const { administrator, tenantId } = wire.environment
  const arm = await wire.token('management', administrator)
  const vault = await wire.token('vault', administrator)
  const put = async (path: string, body: unknown): Promise<Answered> =>
    done(wire, { method: 'PUT', host: 'management', path, token: arm, body })
  const assign = async (role: keyof typeof roles, principalId: string): Promise<Answered> =>
    put(assignmentPath(wire, randomUUID()), assignmentBody(wire, role, principalId))
  const properties = { tenantId, sku: { family: 'A', name: 'premium' }, enableRbacAuthorization: true }
  await put(`${vaultIdOf(wire)}?api-version=2023-07-01`, { location: 'local', properties })
  await assign('officer', administrator.objectId)
  const made = await done(wire, {
    method: 'POST',
    host: `${vaultName}.vault`,
    path: keyPath('of-the-set', '/create'),
    token: vault,
    body: { kty: 'RSA' },
  })
  const diskId = await setUpDisk({ wire, put, assign }, keyShape.parse(made.body).key.kid)
  const principals: string[] = []
  for (let n = 0; n < 8; n += 1)
    principals.push(applicationShape.parse(await instance.ask('POST', '/applications', { name: `principal ${n}` })).objectId)
  return { arm, vault, diskId, principals }
}

interface Tools {
  readonly wire: Wire
  readonly put: (path: string, body: unknown) => Promise<Answered>
  readonly assign: (role: keyof typeof roles, principalId: string) => Promise<Answered>
}

async function setUpDisk({ wire, put, assign }: Tools, keyUrl: string): Promise<string> {
  const [set, disk] = [`${providersOf(wire)}/Microsoft.Compute/diskEncryptionSets/set`, `${providersOf(wire)}/Microsoft.Compute/disks/disk`]
  const version = '?api-version=2023-04-02'
  const encryptionType = 'EncryptionAtRestWithCustomerKey'
  const made = await put(`${set}${version}`, {
    location: 'local',
    identity: { type: 'SystemAssigned' },
    properties: { activeKey: { sourceVault: { id: vaultIdOf(wire) }, keyUrl }, encryptionType },
  })
  await assign('serviceUser', identityShape.parse(made.body).identity.principalId)
  const encryption = { type: encryptionType, diskEncryptionSetId: set }
  await put(`${disk}${version}`, { location: 'local', properties: { creationData: { createOption: 'Empty' }, diskSizeGB: 1, encryption } })
  return disk
}

/** Throws for a refusal. */
export async function done(wire: Wire, asked: Asked): Promise<Answered> {
  const answer = await wire.send(asked)
  if (answer.status >= 300) throw new Error(`${asked.method} ${asked.path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer
}
