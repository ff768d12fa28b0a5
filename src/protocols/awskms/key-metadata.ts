import { algorithmsOf } from '#domain/account-keys/algorithms.ts'
import type { HeldAccountKey } from '#domain/account-keys/find-account-key.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'
import { stateOf, type AccountKeyState } from '#domain/account-keys/key-states.ts'
import type { AccountKey, KeyStore } from '#domain/account-keys/records.ts'
import type { AccountKeyUsage } from '#domain/account-keys/specs.ts'
import { originNames } from '#domain/account-keys/words.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { epochSeconds } from '#protocols/aws/times.ts'

export const stateNames = {
  enabled: 'Enabled',
  disabled: 'Disabled',
  pendingDeletion: 'PendingDeletion',
  pendingReplicaDeletion: 'PendingReplicaDeletion',
  pendingImport: 'PendingImport',
  unavailable: 'Unavailable',
  creating: 'Creating',
  updating: 'Updating',
} as const satisfies Readonly<Record<AccountKeyState, string>>

const algorithmLists = {
  ENCRYPT_DECRYPT: 'EncryptionAlgorithms',
  SIGN_VERIFY: 'SigningAlgorithms',
  GENERATE_VERIFY_MAC: 'MacAlgorithms',
  KEY_AGREEMENT: 'KeyAgreementAlgorithms',
  ENCAPSULATE_DECAPSULATE: 'EncapsulationAlgorithms',
} as const satisfies Readonly<Record<AccountKeyUsage, string>>

/** The one list of algorithms that a key of this usage has, by its name on the wire. */
export const algorithmsMember = ({ spec, usage }: Pick<AccountKey, 'spec' | 'usage'>): Readonly<Record<string, readonly string[]>> => ({
  [algorithmLists[usage]]: algorithmsOf(spec, usage),
})

/** KeyMetadata of a key, whose store is looked at if it has one. */
export async function keyMetadata(
  { keyStores }: Needs<'keyStores'>,
  call: Call,
  { value, compartment }: HeldAccountKey,
): Promise<Readonly<Record<string, unknown>>> {
  const store = value.storeId === undefined ? undefined : await keyStores.get(call, compartment, [value.storeId])
  return metadataOf(value, stateOf(value, call.at, store?.value), store?.value)
}

function metadataOf(key: AccountKey, state: AccountKeyState, store: KeyStore | undefined): Readonly<Record<string, unknown>> {
  return {
    AWSAccountId: key.accountId,
    KeyId: key.id,
    Arn: keyArn(key),
    CreationDate: epochSeconds(key.createdAt),
    Enabled: state === 'enabled',
    Description: key.description,
    KeyUsage: key.usage,
    KeyState: stateNames[state],
    ...deletionOf(key),
    Origin: originNames[key.origin],
    ...importOf(key),
    KeyManager: key.manager === 'service' ? 'AWS' : 'CUSTOMER',
    CustomerMasterKeySpec: key.spec,
    KeySpec: key.spec,
    ...algorithmsMember(key),
    ...regionsOf(key),
    ...storeOf(key, store),
    ...currentMaterialOf(key),
  }
}

const deletionOf = ({ deletion }: AccountKey) =>
  deletion !== undefined &&
  (deletion.at === undefined ? { PendingDeletionWindowInDays: deletion.windowDays } : { DeletionDate: epochSeconds(deletion.at) })

/** Until when the material that is in use is here. */
function importOf({ origin, materials }: AccountKey) {
  const present = materials.filter(({ state, imported }) => state !== 'pendingRotation' && imported?.present === true)
  if (origin !== 'imported' || present.length === 0) return {}
  const ends = present.flatMap(({ imported }) => imported?.validTo ?? [])
  if (ends.length === 0) return { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' }
  return { ValidTo: epochSeconds(Math.min(...ends)), ExpirationModel: 'KEY_MATERIAL_EXPIRES' }
}

function regionsOf({ multiRegion, region, accountId, id }: AccountKey) {
  if (multiRegion === undefined) return { MultiRegion: false }
  const at = (place: string) => ({ Arn: keyArn({ accountId, region: place, id }), Region: place })
  return {
    MultiRegion: true,
    MultiRegionConfiguration: {
      MultiRegionKeyType: multiRegion.primary === region ? 'PRIMARY' : 'REPLICA',
      PrimaryKey: at(multiRegion.primary),
      ReplicaKeys: multiRegion.replicas.map(at),
    },
  }
}

const storeOf = ({ storeId, externalKeyId }: AccountKey, store: KeyStore | undefined) => ({
  CustomKeyStoreId: storeId,
  CloudHsmClusterId: store?.clusterId,
  ...(externalKeyId !== undefined && { XksKeyConfiguration: { Id: externalKeyId } }),
})

/** Only symmetric keys turn from one material to another. */
function currentMaterialOf({ spec, storeId, materials }: AccountKey) {
  const current = materials.find(({ state }) => state === 'current')
  return spec !== 'SYMMETRIC_DEFAULT' || storeId !== undefined || current === undefined ? {} : { CurrentKeyMaterialId: current.id }
}
