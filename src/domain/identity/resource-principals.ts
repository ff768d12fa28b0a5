import type { AppRole } from './exposed-api.ts'
import { appIdOf, fixedNamesOf, type ResourceName } from './audiences.ts'

/** A service of the instance as a tenant's directory has it: Microsoft's own applications, by the ids that clients have built in. */
export interface ResourcePrincipal {
  readonly resource: ResourceName
  readonly appId: string
  readonly displayName: string
  /** By which tokens for it are asked for. */
  readonly names: readonly string[]
  /** What users may let applications do there (`scp`), with the ids that `requiredResourceAccess` names. */
  readonly scopes: readonly { readonly id: string; readonly value: string }[]
  /** What applications may be let do there by themselves. */
  readonly roles: readonly AppRole[]
}

/** The tenant that Microsoft's own applications are at home in. */
export const microsoftTenantId = 'f8cdef31-a31e-4b4a-93e4-5f571e91255a'

const impersonation = (id: string) => [{ id, value: 'user_impersonation' }] as const

/** Those of Graph's roles that are a right here, by the ids that clients name them by. */
const graphRoles: readonly AppRole[] = [
  ['7ab1d382-f21e-4acd-a863-ba3e13f7da61', 'Directory.Read.All', 'Read directory data'],
  ['19dbc75e-c2e2-444c-a770-ec69d8559fc7', 'Directory.ReadWrite.All', 'Read and write directory data'],
  ['18a4783c-866b-4cc7-a460-3d5e5662c884', 'Application.ReadWrite.OwnedBy', 'Manage apps that this app creates or owns'],
  ['bf7b1a76-6e77-406b-b258-bf5c7720e98f', 'Group.Create', 'Create groups'],
].map(([id = '', value = '', displayName = '']) => ({
  id,
  value,
  displayName,
  description: displayName,
  enabled: true,
  memberTypes: ['Application'],
}))

const named: readonly Omit<ResourcePrincipal, 'appId' | 'names' | 'roles'>[] = [
  {
    resource: 'arm',
    displayName: 'Windows Azure Service Management API',
    scopes: impersonation('41094075-9dad-400e-a0bd-54e686782033'),
  },
  { resource: 'keyvault', displayName: 'Azure Key Vault', scopes: impersonation('f53da476-18e3-4152-8e01-aec403e6edc0') },
  { resource: 'managedhsm', displayName: 'Azure Key Vault Managed HSM', scopes: [] },
  { resource: 'storage', displayName: 'Azure Storage', scopes: impersonation('03e0da56-190b-40ad-a80c-ea378c433f7f') },
  {
    resource: 'graph',
    displayName: 'Microsoft Graph',
    scopes: [
      { id: 'e1fe6dd8-ba31-4d61-89e7-88639da4683d', value: 'User.Read' },
      { id: '06da0dbc-49e2-44d2-8312-53f166ab848a', value: 'Directory.Read.All' },
      { id: 'b340eb25-3456-403f-be2f-af7a0d370277', value: 'User.ReadBasic.All' },
      { id: 'a154be20-db9c-4678-8ab7-66f6cc099a59', value: 'User.Read.All' },
      { id: '5f8c59db-677d-491f-a6b8-5f174b11ec1d', value: 'Group.Read.All' },
      { id: 'c79f8feb-a9db-4090-85f9-90d820caa0eb', value: 'Application.Read.All' },
      { id: '0e263e50-5827-48a4-b97c-d940288653c7', value: 'Directory.AccessAsUser.All' },
    ],
  },
]

export const resourcePrincipals: readonly ResourcePrincipal[] = named.map(({ resource, displayName, scopes }) => ({
  resource,
  displayName,
  scopes,
  appId: appIdOf(resource),
  names: fixedNamesOf(resource),
  roles: resource === 'graph' ? graphRoles : [],
}))

export const resourcePrincipalOf = (appId: string): ResourcePrincipal | undefined => resourcePrincipals.find(one => one.appId === appId)
