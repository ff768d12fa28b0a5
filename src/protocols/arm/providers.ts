import { lookUp } from '#model/names.ts'
import { regions } from '#domain/resources/locations.ts'
import type { WireRequest } from '#protocols/http/request.ts'

interface TypeRow {
  readonly resourceType: string
  readonly apiVersions: readonly string[]
  /** Tracked resources live somewhere; the rest are global. */
  readonly regional: boolean
  readonly capabilities: string
}

interface ProviderRow {
  readonly namespace: string
  readonly registrationPolicy: 'RegistrationRequired' | 'RegistrationFree'
  /** Everything from here on is understood (identity-and-arm.md 2.2). */
  readonly floor: string
  readonly types: readonly TypeRow[]
}

const tracked = 'SupportsTags, SupportsLocation'
const type = (resourceType: string, apiVersions: readonly string[], capabilities = 'None'): TypeRow => ({
  resourceType,
  apiVersions,
  regional: capabilities.startsWith(tracked),
  capabilities,
})

const keyVaultVersions = [
  '2026-02-01',
  '2024-11-01',
  '2023-07-01',
  '2023-02-01',
  '2022-07-01',
  '2021-10-01',
  '2019-09-01',
  '2018-02-14',
  '2016-10-01',
  '2015-06-01',
]
const computeVersions = [
  '2025-01-02',
  '2024-03-02',
  '2023-10-02',
  '2023-04-02',
  '2022-07-02',
  '2022-03-02',
  '2021-12-01',
  '2020-12-01',
  '2020-06-30',
  '2019-11-01',
]
const networkVersions = ['2025-01-01', '2024-05-01', '2023-09-01', '2023-04-01', '2022-07-01', '2021-08-01', '2020-11-01', '2019-04-01']
const authorizationVersions = ['2022-05-01-preview', '2022-04-01', '2020-10-01', '2020-04-01-preview', '2018-01-01-preview', '2015-07-01']
const resourcesVersions = ['2025-04-01', '2024-11-01', '2023-07-01', '2022-09-01', '2021-04-01', '2020-06-01', '2019-10-01', '2015-11-01']
const identityVersions = ['2024-11-30', '2023-01-31', '2022-01-31-preview', '2018-11-30', '2015-08-31-preview']

const eventGridVersions = ['2025-02-15', '2022-06-15', '2021-12-01', '2020-06-01', '2019-06-01', '2019-01-01', '2018-01-01']

/** What this instance serves of each provider: documents, version floors and the words of a refusal are printed from here. */
export const providers: Readonly<Record<string, ProviderRow>> = {
  'microsoft.keyvault': {
    namespace: 'Microsoft.KeyVault',
    registrationPolicy: 'RegistrationRequired',
    floor: '2015-06-01',
    types: [
      type('vaults', keyVaultVersions, tracked),
      type('vaults/accessPolicies', keyVaultVersions),
      type('vaults/keys', keyVaultVersions),
      type('vaults/keys/versions', keyVaultVersions),
      type('vaults/secrets', keyVaultVersions),
      type('deletedVaults', keyVaultVersions),
      type('locations', keyVaultVersions),
      type('locations/deletedVaults', keyVaultVersions),
      type('locations/operationResults', keyVaultVersions),
      type('checkNameAvailability', keyVaultVersions),
      type('vaults/privateEndpointConnections', keyVaultVersions),
      type('vaults/privateLinkResources', keyVaultVersions),
    ],
  },
  'microsoft.compute': {
    namespace: 'Microsoft.Compute',
    registrationPolicy: 'RegistrationRequired',
    floor: '2016-04-30',
    types: [
      type('disks', computeVersions, tracked),
      type(
        'virtualMachines',
        [
          '2026-03-01',
          '2025-04-01',
          '2024-11-01',
          '2024-07-01',
          '2024-03-01',
          '2023-09-01',
          '2022-11-01',
          '2021-07-01',
          '2020-06-01',
          '2019-12-01',
        ],
        `${tracked}, SystemAssignedResourceIdentity`,
      ),
      type('diskEncryptionSets', computeVersions, `${tracked}, SystemAssignedResourceIdentity`),
      type('locations', computeVersions),
      type('locations/operations', computeVersions),
    ],
  },
  'microsoft.eventgrid': {
    namespace: 'Microsoft.EventGrid',
    registrationPolicy: 'RegistrationRequired',
    floor: '2018-01-01',
    types: [
      type('eventSubscriptions', eventGridVersions),
      type('locations', eventGridVersions),
      type('locations/eventSubscriptions', eventGridVersions),
    ],
  },
  'microsoft.insights': {
    namespace: 'Microsoft.Insights',
    registrationPolicy: 'RegistrationFree',
    floor: '2014-04-01',
    types: [type('eventtypes', ['2017-03-01-preview', '2015-04-01']), type('eventcategories', ['2017-03-01-preview', '2015-04-01'])],
  },
  'microsoft.network': {
    namespace: 'Microsoft.Network',
    registrationPolicy: 'RegistrationRequired',
    floor: '2015-06-15',
    types: [
      type('privateEndpoints', networkVersions, tracked),
      type('virtualNetworks', networkVersions, tracked),
      type('virtualNetworks/subnets', networkVersions),
      type('networkInterfaces', networkVersions, tracked),
    ],
  },
  'microsoft.managedidentity': {
    namespace: 'Microsoft.ManagedIdentity',
    registrationPolicy: 'RegistrationRequired',
    floor: '2015-08-31',
    types: [
      type('userAssignedIdentities', identityVersions, tracked),
      type('userAssignedIdentities/federatedIdentityCredentials', identityVersions),
    ],
  },
  'microsoft.authorization': {
    namespace: 'Microsoft.Authorization',
    registrationPolicy: 'RegistrationFree',
    floor: '2015-07-01',
    types: [
      type('roleAssignments', authorizationVersions),
      type('roleDefinitions', authorizationVersions),
      type('locks', ['2020-05-01', '2016-09-01', '2015-01-01']),
      type('providerOperations', ['2022-04-01', '2018-01-01-preview', '2015-07-01']),
      type('permissions', authorizationVersions),
      type('denyAssignments', authorizationVersions),
      type('policyAssignments', resourcesVersions),
    ],
  },
  'microsoft.resources': {
    namespace: 'Microsoft.Resources',
    registrationPolicy: 'RegistrationFree',
    floor: '2014-04-01',
    types: [
      type('tags', resourcesVersions),
      type('tenants', resourcesVersions),
      type('subscriptions', resourcesVersions),
      type('subscriptions/locations', resourcesVersions),
      type('subscriptions/providers', resourcesVersions),
      type('subscriptions/resources', resourcesVersions),
      type('subscriptions/resourceGroups', resourcesVersions),
      type('resourceGroups', resourcesVersions),
    ],
  },
}

/** The namespace that a path's last `/providers/` names, and the types behind it; `undefined` where there is none. */
export function namespaceOf({
  segments,
}: Pick<WireRequest, 'segments'>): { readonly namespace: string; readonly type: string } | undefined {
  const at = segments.findLastIndex(segment => segment.toLowerCase() === 'providers')
  const namespace = segments[at + 1]
  if (at < 0 || namespace === undefined) return undefined
  const types = segments.slice(at + 2).filter((_, place) => place % 2 === 0)
  return { namespace, type: types.join('/') }
}

const oldest = '2014-04-01'

/** The version below which the addressed provider is not understood. */
export function floorOf(request: WireRequest): string {
  const found = namespaceOf(request)
  return found === undefined ? oldest : (lookUp(providers, found.namespace.toLowerCase())?.floor ?? oldest)
}

/** A provider's document. Every namespace is registered: nothing stands in the way of a client that registers what it needs. */
export function providerDocument(subscriptionId: string, namespace: string): { readonly id: string } {
  const row = lookUp(providers, namespace.toLowerCase())
  const name = row?.namespace ?? namespace
  const locations = Object.values(regions).map(region => region.displayName)
  const document = {
    id: `/subscriptions/${subscriptionId}/providers/${name}`,
    namespace: name,
    registrationPolicy: row?.registrationPolicy ?? 'RegistrationRequired',
    registrationState: 'Registered',
    resourceTypes: (row?.types ?? []).map(one => ({
      resourceType: one.resourceType,
      locations: one.regional || one.resourceType.startsWith('vaults') ? locations : ['global'],
      apiVersions: one.apiVersions,
      defaultApiVersion: one.apiVersions.find(version => !version.endsWith('preview')) ?? one.apiVersions[0],
      capabilities: one.capabilities,
    })),
  }
  return document
}
