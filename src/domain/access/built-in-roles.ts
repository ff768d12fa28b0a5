import { computeRoles } from './compute-roles.ts'
import { eventGridRoles } from './event-grid-roles.ts'
import { keyVaultRoles } from './key-vault-roles.ts'
import { monitoringRoles } from './monitoring-roles.ts'
import { builtIn, roleBase, type RoleDefinition, type RoleRow } from './role-definition.ts'
import { storageRoles } from './storage-roles.ts'

const rows: readonly RoleRow[] = [
  {
    id: '8e3af657-a8ff-443c-a75c-2fe8c4bcb635',
    roleName: 'Owner',
    description: 'Full access to manage all resources, including the right to assign roles.',
    actions: ['*'],
  },
  {
    id: 'b24988ac-6180-42a0-ab88-20f7382dd24c',
    roleName: 'Contributor',
    description: 'Full access to manage all resources, without the right to assign roles.',
    actions: ['*'],
    notActions: [
      'Microsoft.Authorization/*/Delete',
      'Microsoft.Authorization/*/Write',
      'Microsoft.Authorization/elevateAccess/Action',
      'Microsoft.Blueprint/blueprintAssignments/write',
      'Microsoft.Blueprint/blueprintAssignments/delete',
      'Microsoft.Compute/galleries/share/action',
      'Microsoft.Purview/consents/write',
      'Microsoft.Purview/consents/delete',
      'Microsoft.Resources/deploymentStacks/manageDenySetting/action',
      'Microsoft.Subscription/cancel/action',
      'Microsoft.Subscription/enable/action',
    ],
  },
  {
    id: 'acdd72a7-3385-48ef-bd42-f606fba81ae7',
    roleName: 'Reader',
    description: 'Sees all resources and changes nothing.',
    actions: ['*/read'],
  },
  {
    id: '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9',
    roleName: 'User Access Administrator',
    description: 'Manages who has access to resources.',
    actions: ['*/read', 'Microsoft.Authorization/*', 'Microsoft.Support/*'],
  },
  {
    id: 'f58310d9-a9f6-439a-9e8d-f62e7b41a168',
    roleName: 'Role Based Access Control Administrator',
    description: 'Manages access by assigning roles.',
    actions: [
      'Microsoft.Authorization/roleAssignments/write',
      'Microsoft.Authorization/roleAssignments/delete',
      '*/read',
      'Microsoft.Support/*',
    ],
  },
  {
    id: '4d97b98b-1d4f-4787-a291-c67834d212e7',
    roleName: 'Network Contributor',
    description: 'Manages networks, without access to what is in them.',
    actions: [...roleBase, 'Microsoft.Network/*'],
  },
  {
    id: '28bf596f-4eb7-45ce-b5bc-6cf482fec137',
    roleName: 'Locks Contributor',
    description: 'Manages locks.',
    actions: ['Microsoft.Authorization/locks/read', 'Microsoft.Authorization/locks/write', 'Microsoft.Authorization/locks/delete'],
  },
  ...keyVaultRoles,
  ...computeRoles,
  ...storageRoles,
  ...monitoringRoles,
  ...eventGridRoles,
]

/** Azure's built-in roles that this cloud's resources know, with their true ids (identity-and-arm.md 3.3). Found by id; names compare without case. */
export const builtInRoles: readonly RoleDefinition[] = rows.map(builtIn)
