import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { builtInRoles } from './built-in-roles.ts'

/** The table of identity-and-arm.md 3.3: name, true id, and whether it has any data action. */
const published: readonly (readonly [name: string, id: string, data: boolean])[] = [
  ['Owner', '8e3af657-a8ff-443c-a75c-2fe8c4bcb635', false],
  ['Contributor', 'b24988ac-6180-42a0-ab88-20f7382dd24c', false],
  ['Reader', 'acdd72a7-3385-48ef-bd42-f606fba81ae7', false],
  ['User Access Administrator', '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9', false],
  ['Role Based Access Control Administrator', 'f58310d9-a9f6-439a-9e8d-f62e7b41a168', false],
  ['Key Vault Administrator', '00482a5a-887f-4fb3-b363-3b7fe8e74483', true],
  ['Key Vault Certificates Officer', 'a4417e6f-fecd-4de8-b567-7b0420556985', true],
  ['Key Vault Certificate User', 'db79e9a7-68ee-4b58-9aeb-b90e7c24fcba', true],
  ['Key Vault Contributor', 'f25e0fa2-a7c8-4377-a976-54943a77a395', false],
  ['Key Vault Crypto Officer', '14b46e9e-c2b7-41b4-b07b-48a6ebf60603', true],
  ['Key Vault Purge Operator', 'a68e7c17-0ab2-4c09-9a58-125dae29748c', false],
  ['Key Vault Crypto Service Encryption User', 'e147488a-f6f5-4113-8e2d-b22465e65bf6', true],
  ['Key Vault Crypto Service Release User', '08bbd89e-9f13-488c-ac41-acfcb10c90ab', true],
  ['Key Vault Crypto User', '12338af0-0e69-4776-bea7-57ae8d297424', true],
  ['Key Vault Data Access Administrator', '8b54135c-b56d-4d72-a534-26097cfdc8d8', false],
  ['Key Vault Reader', '21090545-7ca7-4776-b22c-e363652d74d2', true],
  ['Key Vault Secrets Officer', 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7', true],
  ['Key Vault Secrets User', '4633458b-17de-408a-b874-0445c86b69e6', true],
  ['Managed HSM contributor', '18500a29-7fe2-46b2-a342-b16a415e101d', false],
  ['Managed Identity Contributor', 'e40ec5ca-96e0-45a2-b4ff-59039f2c2b59', false],
  ['Managed Identity Operator', 'f1a07417-d97a-45cb-824c-7a7467783830', false],
  ['Virtual Machine Contributor', '9980e02c-c2be-4d73-94e8-173b1dc7cf3c', false],
  ['Virtual Machine Administrator Login', '1c0163c0-47e6-4577-8991-ea5c82e286e4', true],
  ['Virtual Machine User Login', 'fb879df8-f326-4884-b1cf-06f3ad86be52', true],
  ['Data Operator for Managed Disks', '959f8984-c045-4866-89c7-12bf9737be2e', true],
  ['Disk Encryption Set Operator for Managed Disks', '136d308c-0937-4a49-9bd7-edfb42adbffc', false],
  ['Disk Backup Reader', '3e5e47e6-65f7-47ef-90b5-e5dd4d455f24', false],
  ['Disk Restore Operator', 'b50d9833-a0cb-478e-945f-707fcc997c13', false],
  ['Disk Snapshot Contributor', '7efff54f-a5b4-42b5-a1c5-5411624893ce', false],
  ['Storage Account Contributor', '17d1049b-9a84-46fb-8f53-869881c3d3ab', false],
  ['Storage Blob Data Owner', 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b', true],
  ['Storage Blob Data Contributor', 'ba92f5b4-2d11-453d-a403-e96b0029c9fe', true],
  ['Storage Blob Data Reader', '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1', true],
  ['Storage Blob Delegator', 'db58b8e5-c6ad-4a2a-8342-4190687cbf4a', false],
  ['Monitoring Contributor', '749f88d5-cbae-40b8-bcfc-e573ddc772fa', false],
  ['Monitoring Reader', '43d0d8ad-25c7-4714-9337-8ba259a9fe05', false],
  ['Monitoring Metrics Publisher', '3913510d-42f4-4e42-8a64-420c390055eb', true],
  ['Network Contributor', '4d97b98b-1d4f-4787-a291-c67834d212e7', false],
  ['Locks Contributor', '28bf596f-4eb7-45ce-b5bc-6cf482fec137', false],
  ['EventGrid Contributor', '1e241071-0855-49ea-94dc-649edcd759de', false],
  ['EventGrid EventSubscription Contributor', '428e0ff0-5e57-4d9c-a221-2c70d0e0a443', false],
  ['EventGrid EventSubscription Reader', '2414bbcf-6497-4faf-8c65-045460748405', false],
]

describe('the built-in roles', () => {
  test('are those that Azure publishes, with their ids, and no other', () => {
    const ours = builtInRoles.map(role => [role.roleName, role.id, role.permissions.some(entry => entry.dataActions.length > 0)].join())
    assert.deepEqual(new Set(ours), new Set(published.map(row => row.join())))
    assert.equal(builtInRoles.length, published.length)
  })

  test('give an identity that encrypts disks reading, wrapping and unwrapping, and nothing of the control plane of a vault', () => {
    const role = builtInRoles.find(one => one.roleName === 'Key Vault Crypto Service Encryption User')
    assert.deepEqual(
      role?.permissions[0]?.dataActions.map(action => action.replace('Microsoft.KeyVault/vaults/keys/', '')),
      ['read', 'wrap/action', 'unwrap/action'],
    )
    assert.equal(
      role.permissions[0].actions.some(action => action.startsWith('Microsoft.KeyVault/')),
      false,
    )
  })
})
