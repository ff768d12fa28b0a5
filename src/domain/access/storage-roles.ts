import { roleBase, type RoleRow } from './role-definition.ts'

const containers = 'Microsoft.Storage/storageAccounts/blobServices/containers'
const delegationKey = 'Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action'

/** Roles of storage accounts and blobs (identity-and-arm.md 3.3). */
export const storageRoles: readonly RoleRow[] = [
  {
    id: '17d1049b-9a84-46fb-8f53-869881c3d3ab',
    roleName: 'Storage Account Contributor',
    description: 'Manages storage accounts, their keys included, which give access to all that is in them.',
    actions: [
      ...roleBase,
      'Microsoft.Insights/diagnosticSettings/*',
      'Microsoft.Network/virtualNetworks/subnets/joinViaServiceEndpoint/action',
      'Microsoft.Storage/storageAccounts/*',
    ],
  },
  {
    id: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
    roleName: 'Storage Blob Data Owner',
    description: 'Full access to blob containers and data.',
    actions: [`${containers}/*`, delegationKey],
    dataActions: [`${containers}/blobs/*`],
  },
  {
    id: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe',
    roleName: 'Storage Blob Data Contributor',
    description: 'Reads, writes and deletes blob containers and data.',
    actions: [`${containers}/delete`, `${containers}/read`, `${containers}/write`, delegationKey],
    dataActions: [
      `${containers}/blobs/delete`,
      `${containers}/blobs/read`,
      `${containers}/blobs/write`,
      `${containers}/blobs/move/action`,
      `${containers}/blobs/add/action`,
    ],
  },
  {
    id: '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1',
    roleName: 'Storage Blob Data Reader',
    description: 'Reads blob containers and data.',
    actions: [`${containers}/read`, delegationKey],
    dataActions: [`${containers}/blobs/read`],
  },
  {
    id: 'db58b8e5-c6ad-4a2a-8342-4190687cbf4a',
    roleName: 'Storage Blob Delegator',
    description: 'Gets a key to sign delegated access to blobs with.',
    actions: [delegationKey],
  },
]
