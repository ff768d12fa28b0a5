// Unmodified Azure SDK clients of one principal; the options are those of identity-and-arm.md 5.4, nothing else.
import { AuthorizationManagementClient } from '@azure/arm-authorization'
import { ComputeManagementClient } from '@azure/arm-compute'
import { KeyVaultManagementClient } from '@azure/arm-keyvault'
import { ManagedServiceIdentityClient } from '@azure/arm-msi'
import { ResourceManagementClient } from '@azure/arm-resources'
import { ClientSecretCredential, type TokenCredential } from '@azure/identity'
import { KeyClient } from '@azure/keyvault-keys'
import { CertificateClient } from '@azure/keyvault-certificates'
import { SecretClient } from '@azure/keyvault-secrets'
import { z } from 'zod'
import { refusalTold, secret } from '#tests/left-behind/noted.ts'
import type { Environment, Instance } from './instance.ts'

const applicationShape = z.object({ clientId: z.guid(), clientSecret: z.string().min(20), objectId: z.guid() })
export type Application = z.output<typeof applicationShape>

export interface Azure {
  readonly credential: TokenCredential
  readonly resources: ResourceManagementClient
  readonly vaults: KeyVaultManagementClient
  readonly authorization: AuthorizationManagementClient
  readonly compute: ComputeManagementClient
  readonly identities: ManagedServiceIdentityClient
  keys(vault: string): KeyClient
  secrets(vault: string): SecretClient
  certificates(vault: string): CertificateClient
  /** A role by its public name, for a principal, at a scope; answers the assignment's name. */
  assign(role: string, principalId: string, scope: string, type?: 'ServicePrincipal' | 'User'): Promise<string>
  token(resource: string): Promise<string>
}

/** `keystead app add`: an application with a secret, as the operator makes one. */
export const addApplication = async (instance: Instance, name: string): Promise<Application> =>
  applicationShape.parse(await instance.ask('app', 'add', name))

export const authorityOf = ({ endpoints }: Environment) => ({ authorityHost: endpoints.login, disableInstanceDiscovery: true })

export const azureOf = (environment: Environment, application: Application): Azure =>
  azureBy(
    environment,
    new ClientSecretCredential(environment.tenantId, application.clientId, application.clientSecret, authorityOf(environment)),
  )

export function azureBy(environment: Environment, credential: TokenCredential): Azure {
  const { subscriptionId, endpoints } = environment
  const at = { endpoint: endpoints.management }
  const authorization = new AuthorizationManagementClient(credential, subscriptionId, at)
  return {
    credential,
    authorization,
    resources: new ResourceManagementClient(credential, subscriptionId, at),
    vaults: new KeyVaultManagementClient(credential, subscriptionId, at),
    compute: new ComputeManagementClient(credential, subscriptionId, at),
    identities: new ManagedServiceIdentityClient(credential, subscriptionId, at),
    keys: vault => new KeyClient(vaultUrl(environment, vault), credential),
    secrets: vault => new SecretClient(vaultUrl(environment, vault), credential),
    certificates: vault => new CertificateClient(vaultUrl(environment, vault), credential),
    async assign(...[role, principalId, scope, principalType = 'ServicePrincipal']) {
      const definitions = await Array.fromAsync(authorization.roleDefinitions.list(scope, { filter: `roleName eq '${role}'` }))
      const [definition] = definitions
      if (definition?.id === undefined || definitions.length > 1) throw new Error(`${definitions.length} roles are called ${role}`)
      const name = crypto.randomUUID()
      await authorization.roleAssignments.create(scope, name, {
        roleDefinitionId: definition.id,
        principalId,
        principalType,
      })
      return name
    },
    async token(resource) {
      const answer = await credential.getToken(`${resource}/.default`)
      if (answer === null) throw new Error(`no token for ${resource}`)
      return secret('a token', answer.token)
    },
  }
}

export const vaultUrl = ({ endpoints }: Environment, vault: string): string => `https://${vault}${endpoints.vaultSuffix}`
export const vaultResource = ({ endpoints }: Environment): string => `https://${endpoints.vaultSuffix.replace(/^\./, '')}`

export const groupId = ({ subscriptionId }: Environment, group: string): string =>
  `/subscriptions/${subscriptionId}/resourceGroups/${group}`
export const vaultId = (environment: Environment, group: string, vault: string): string =>
  `${groupId(environment, group)}/providers/Microsoft.KeyVault/vaults/${vault}`

/** Names that nobody else has: vaults' are the whole world's. */
export const called = (prefix: string): string => `${prefix}${crypto.randomUUID().replaceAll('-', '').slice(0, 10)}`

const refusalShape = z.looseObject({
  statusCode: z.number().optional(),
  code: z.string().optional(),
  message: z.string(),
  response: z.looseObject({ bodyAsText: z.string().nullish() }).optional(),
})
export type Refusal = z.output<typeof refusalShape>

/** The service's refusal of what a client was asked to do; throws where it was done. */
export async function refusalOf(what: string, done: Promise<unknown>): Promise<Refusal> {
  try {
    await done
  } catch (error) {
    const refusal = refusalShape.safeParse(error)
    refusalTold(refusal.data?.response?.bodyAsText ?? String(error))
    if (refusal.success && (refusal.data.statusCode !== undefined || refusal.data.code !== undefined)) return refusal.data
    throw error
  }
  throw new Error(`${what} was done, but it should be refused`)
}
