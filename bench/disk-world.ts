// A disk encryption set under the key `rsa` of a world, and disks under the set: made through ARM, as any client makes them.
import { z } from 'zod'
import { type Exchange, fetchToken, resources } from './web.ts'
import type { World } from './world.ts'

const armVersions = { compute: '2024-03-02', authorization: '2022-04-01' } as const
const encryptionUserRole = 'e147488a-f6f5-4113-8e2d-b22465e65bf6'
const setShape = z.object({
  id: z.string(),
  identity: z.object({ principalId: z.string() }),
  properties: z.object({ activeKey: z.object({ keyUrl: z.string() }), previousKeys: z.array(z.unknown()).optional() }),
})
export type EncryptionSet = Readonly<z.output<typeof setShape>>

const exportShape = z.object({ uri: z.string(), socket: z.string() })

export interface DiskWorld {
  set(): Promise<EncryptionSet>
  /** Its ARM id; ready when this resolves. */
  makeDisk(name: string, gibibytes: number): Promise<string>
  /** The NBD URI of a disk's export. */
  export(diskId: string): Promise<string>
  rotateKey(): Promise<string>
}

const keyShape = z.object({ key: z.object({ kid: z.string() }) })

type Ask = (method: Exchange['method'], path: string, body?: unknown) => Promise<unknown>

export async function openDiskWorld(world: World): Promise<DiskWorld> {
  const { subscriptionId, resourceGroup, location } = world.instance.environment
  const group = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`
  const vaultId = `${group}/providers/Microsoft.KeyVault/vaults/benchvault`
  const setId = `${group}/providers/Microsoft.Compute/diskEncryptionSets/benchset`
  const ask = await armOf(world)
  const set = async (): Promise<EncryptionSet> => setShape.parse(await ask('GET', setId))
  await ask('PUT', setId, {
    location,
    identity: { type: 'SystemAssigned' },
    properties: {
      activeKey: { sourceVault: { id: vaultId }, keyUrl: await currentKid(world) },
      encryptionType: 'EncryptionAtRestWithCustomerKey',
      rotationToLatestKeyVersionEnabled: true,
    },
  })
  await ask('PUT', `${vaultId}/providers/Microsoft.Authorization/roleAssignments/7d1f0c5e-63c4-4a39-b1b5-1e7b4b8f0a11`, {
    properties: {
      roleDefinitionId: `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${encryptionUserRole}`,
      principalId: (await set()).identity.principalId,
      principalType: 'ServicePrincipal',
    },
  })
  return {
    set,
    async makeDisk(name, gibibytes) {
      const id = `${group}/providers/Microsoft.Compute/disks/${name}`
      const encryption = { diskEncryptionSetId: setId, type: 'EncryptionAtRestWithCustomerKey' }
      const properties = { creationData: { createOption: 'Empty' }, diskSizeGB: gibibytes, encryption }
      await ask('PUT', id, { location, sku: { name: 'Premium_LRS' }, properties })
      return id
    },
    export: async diskId => exportShape.parse(await world.instance.ask('disk', 'export', diskId)).uri,
    async rotateKey() {
      const rotated = await world.web.json(world.vault('benchvault', { method: 'POST', path: '/keys/rsa/rotate' }))
      return keyShape.parse(rotated).key.kid
    },
  }
}

/** Requests of the owner to the management plane. */
async function armOf({ web, instance }: World): Promise<Ask> {
  const { environment } = instance
  const token = await fetchToken(web, environment, { who: environment.administrator, resource: resources.arm })
  return async (method, path, body) =>
    web.json({
      method,
      host: `management.${environment.domain}`,
      path: `${path}?api-version=${path.includes('roleAssignments') ? armVersions.authorization : armVersions.compute}`,
      headers: { authorization: `Bearer ${token}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
}

async function currentKid(world: World): Promise<string> {
  return keyShape.parse(await world.web.json(world.vault('benchvault', { method: 'GET', path: '/keys/rsa' }))).key.kid
}
