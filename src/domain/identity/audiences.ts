import { generations } from '#domain/generations.ts'

/** What a token can be for (identity-and-arm.md 1.6), each known by many names. */
export type ResourceName = 'arm' | 'keyvault' | 'managedhsm' | 'graph' | 'storage' | 'exchange'

/** The instance as its callers reach it: `''` or `:PORT`, as the request's Host has it. */
export interface Reached {
  readonly domain: string
  readonly portSuffix: string
}

interface ResourceRow {
  /** Entra's application id of the resource. */
  readonly appId: string
  /** Names of the public cloud that SDKs have built in. */
  readonly fixed: readonly string[]
  /** Our own host, without the domain. */
  readonly host?: string
}

const resources: Readonly<Record<ResourceName, ResourceRow>> = {
  arm: {
    appId: '797f4846-ba00-4fd7-ba43-dac1f8f63013',
    fixed: ['https://management.azure.com', 'https://management.core.windows.net'],
    host: 'management',
  },
  keyvault: { appId: 'cfa8b339-82a2-471a-a3c9-0fc0be7a4093', fixed: ['https://vault.azure.net'], host: 'vault' },
  managedhsm: {
    appId: '589d5083-6f11-4d30-a62a-a4b316a14abf',
    fixed: ['https://managedhsm.azure.net', 'https://managedhsm.azure.com'],
    host: 'managedhsm',
  },
  graph: { appId: '00000003-0000-0000-c000-000000000000', fixed: ['https://graph.microsoft.com'], host: 'graph' },
  storage: { appId: 'e406a681-f3d4-42a8-90b6-c2b029497af1', fixed: ['https://storage.azure.com'] },
  // To nobody here: for whoever takes our word that it is him.
  exchange: { appId: 'fb60f99c-7a34-4190-8149-302f77469936', fixed: ['api://AzureADTokenExchange'] },
}

const names: readonly ResourceName[] = ['arm', 'keyvault', 'managedhsm', 'graph', 'storage', 'exchange']

/** Entra's application id of a resource. */
export const appIdOf = (resource: ResourceName): string => resources[resource].appId

/** Names of the public cloud that it has. */
export const fixedNamesOf = (resource: ResourceName): readonly string[] => resources[resource].fixed

/** Every `aud` that a listener of this resource accepts: URLs with and without the port and a slash at the end; the application id. */
export function audiencesOf(resource: ResourceName, reached: Reached): readonly string[] {
  const name = `${resource} ${reached.domain}${reached.portSuffix}`
  const known = listed.get(name)
  if (known !== undefined) return known
  const found = audiencesIn(resources[resource], reached)
  listed.set(name, found)
  return found
}

/** Asked at every request that carries a token; whoever asks says the port. */
const listed = generations<readonly string[]>(200)

function audiencesIn({ appId, fixed, host }: ResourceRow, { domain, portSuffix }: Reached): readonly string[] {
  const ours = host === undefined ? [] : [`https://${host}.${domain}`]
  const ported = host === undefined || portSuffix === '' ? [] : [`https://${host}.${domain}${portSuffix}`]
  const urls = [...ours, ...ported, ...fixed]
  return [...urls, ...urls.map(url => `${url}/`), appId]
}

/**
 * The resource that a `scope` or `resource` parameter names; `undefined` for none of ours. Blob accounts stand for storage. A challenge names the
 * port that the vault was reached by, which need not be the token service's: whatever port a name of our own has is its own, and part of no name.
 */
export function resourceOf(text: string, { domain }: Pick<Reached, 'domain'>): ResourceName | undefined {
  const portSuffix = /^https:\/\/[^/:]+(:\d{1,5})/.exec(text)?.[1] ?? ''
  const found = names.find(name => audiencesOf(name, { domain, portSuffix }).includes(text))
  if (found !== undefined) return found
  const host = /^https:\/\/([a-z0-9.-]+)(:\d{1,5})?\/?$/.exec(text)?.[1]
  return host?.endsWith(`.blob.${domain}`) === true ? 'storage' : undefined
}
