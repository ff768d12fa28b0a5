// A vault and principals in it, made as an administrator would, for a client that comes with nothing but its credentials.
import type { Application } from '#tests/clients/azure.ts'
import { addApplication, azureOf, vaultId, vaultUrl } from '#tests/clients/azure.ts'
import type { Instance } from '#tests/clients/instance.ts'

export interface House {
  readonly name: string
  readonly url: string
  /** An application that has these roles at the vault. */
  application(name: string, ...roles: readonly string[]): Promise<Application>
}

/** Before anybody was made. */
export const nobody: Application = { clientId: '', clientSecret: '', objectId: '' }

export async function houseOf(instance: Instance, name: string): Promise<House> {
  const { environment } = instance
  const { location, resourceGroup: group, tenantId, administrator } = environment
  const azure = azureOf(environment, administrator)
  await azure.vaults.vaults.createOrUpdate(group, name, {
    location,
    properties: { tenantId, sku: { family: 'A', name: 'standard' }, enableRbacAuthorization: true, softDeleteRetentionInDays: 7 },
  })
  return {
    name,
    url: vaultUrl(environment, name),
    async application(title, ...roles) {
      const application = await addApplication(instance, title)
      for (const role of roles) await azure.assign(role, application.objectId, vaultId(environment, group, name))
      return application
    },
  }
}

/** The surroundings of `keystead env` with another application's credentials in them. */
export function surroundingsOf(instance: Instance, { clientId, clientSecret }: Application) {
  return {
    env: {
      ...process.env,
      AZURE_CLIENT_ID: clientId,
      AZURE_CLIENT_SECRET: clientSecret,
      ARM_CLIENT_ID: clientId,
      ARM_CLIENT_SECRET: clientSecret,
    },
    cwd: instance.dir,
  }
}
