import type { KeyVaultKey } from '@azure/keyvault-keys'
import { expect, type Seen } from '#demo/told.ts'
import { called, groupId, refusalOf, vaultId } from '#tests/clients/azure.ts'
import type { Instance } from '#tests/clients/instance.ts'
import type { People } from './sign-in.ts'

export interface House {
  readonly group: string
  readonly vault: string
  readonly keyName: string
  readonly keyScope: string
  readonly key: KeyVaultKey
  readonly set: { readonly name: string; readonly id: string; readonly principalId: string }
}

/** A group, a guarded vault, a key, a set with an identity of its own: all by an application that owns the subscription. */
export async function buildHouse({ environment }: Instance, people: People): Promise<Seen<House>> {
  const { subscriptionId, tenantId, location } = environment
  await people.administrator.assign('Owner', people.builderId, `/subscriptions/${subscriptionId}`)
  const { builder } = people
  const [group, vault, keyName] = [called('story-'), called('kv'), called('cmk')]
  await builder.resources.resourceGroups.createOrUpdate(group, { location })
  await builder.vaults.vaults.createOrUpdate(group, vault, {
    location,
    properties: { tenantId, sku: { family: 'A', name: 'standard' }, enableRbacAuthorization: true, enablePurgeProtection: true },
  })
  const keyScope = `${vaultId(environment, group, vault)}/keys/${keyName}`
  const refused = await refusalOf('making a key as owner of the subscription', builder.keys(vault).createRsaKey(keyName))
  expect(refused.statusCode === 403, `an owner without a data role made a key: ${refused.statusCode}`)
  await builder.assign('Key Vault Crypto Officer', people.builderId, vaultId(environment, group, vault))
  const key = await builder.keys(vault).createRsaKey(keyName, { keySize: 2048 })
  const set = await makeSet({ environment }, people, { group, vault, keyUrl: key.id ?? '' })
  return {
    made: { group, vault, keyName, keyScope, key, set },
    told: `vault ${vault} with purge protection, RSA 2048, set ${set.name}; its owner had no right to keys before a data role`,
  }
}

async function makeSet(
  { environment }: Pick<Instance, 'environment'>,
  { builder }: People,
  at: { readonly group: string; readonly vault: string; readonly keyUrl: string },
): Promise<House['set']> {
  const name = called('des')
  const set = await builder.compute.diskEncryptionSets.createOrUpdate(at.group, name, {
    location: environment.location,
    identity: { type: 'SystemAssigned' },
    activeKey: { sourceVault: { id: vaultId(environment, at.group, at.vault) }, keyUrl: at.keyUrl },
    encryptionType: 'EncryptionAtRestWithCustomerKey',
    rotationToLatestKeyVersionEnabled: true,
  })
  const principalId = set.identity?.principalId ?? ''
  expect(principalId !== '', 'the set has no identity of its own')
  expect(set.activeKey?.keyUrl === at.keyUrl && (set.previousKeys ?? []).length === 0, 'the set points to another key')
  const id = `${groupId(environment, at.group)}/providers/Microsoft.Compute/diskEncryptionSets/${name}`
  return { name, id: set.id ?? id, principalId }
}
