import { cancelKeyDeletionOperation } from './cancel-key-deletion.ts'
import { createAliasOperation } from './create-alias.ts'
import { createKeyOperation } from './create-key.ts'
import { deleteAliasOperation } from './delete-alias.ts'
import { describeKeyOperation } from './describe-key.ts'
import { disableKeyRotationOperation } from './disable-key-rotation.ts'
import { disableKeyOperation } from './disable-key.ts'
import { enableKeyRotationOperation } from './enable-key-rotation.ts'
import { enableKeyOperation } from './enable-key.ts'
import { getKeyLastUsageOperation } from './get-key-last-usage.ts'
import { getKeyPolicyOperation } from './get-key-policy.ts'
import { getKeyRotationStatusOperation } from './get-key-rotation-status.ts'
import { listAliasesOperation } from './list-aliases.ts'
import { listKeyPoliciesOperation } from './list-key-policies.ts'
import { listKeyRotationsOperation } from './list-key-rotations.ts'
import { listKeysOperation } from './list-keys.ts'
import { listResourceTagsOperation } from './list-resource-tags.ts'
import { putKeyPolicyOperation } from './put-key-policy.ts'
import { rotateKeyOnDemandOperation } from './rotate-key-on-demand.ts'
import { scheduleKeyDeletionOperation } from './schedule-key-deletion.ts'
import { tagResourceOperation } from './tag-resource.ts'
import { untagResourceOperation } from './untag-resource.ts'
import { updateAliasOperation } from './update-alias.ts'
import { updateKeyDescriptionOperation } from './update-key-description.ts'
import { decapsulateOperation } from './decapsulate.ts'
import { decryptOperation } from './decrypt.ts'
import { deriveSharedSecretOperation } from './derive-shared-secret.ts'
import { encapsulateOperation } from './encapsulate.ts'
import { encryptOperation } from './encrypt.ts'
import { generateDataKeyPairWithoutPlaintextOperation } from './generate-data-key-pair-without-plaintext.ts'
import { generateDataKeyPairOperation } from './generate-data-key-pair.ts'
import { generateDataKeyWithoutPlaintextOperation } from './generate-data-key-without-plaintext.ts'
import { generateDataKeyOperation } from './generate-data-key.ts'
import { generateMacOperation } from './generate-mac.ts'
import { generateRandomOperation } from './generate-random.ts'
import { getPublicKeyOperation } from './get-public-key.ts'
import { reEncryptOperation } from './re-encrypt.ts'
import { signOperation } from './sign.ts'
import { verifyMacOperation } from './verify-mac.ts'
import { verifyOperation } from './verify.ts'
import { createGrantOperation } from './create-grant.ts'
import { listGrantsOperation } from './list-grants.ts'
import { listRetirableGrantsOperation } from './list-retirable-grants.ts'
import { revokeGrantOperation } from './revoke-grant.ts'
import { retireGrantOperation } from './retire-grant.ts'
import { getParametersForImportOperation } from './get-parameters-for-import.ts'
import { importKeyMaterialOperation } from './import-key-material.ts'
import { deleteImportedKeyMaterialOperation } from './delete-imported-key-material.ts'
import { replicateKeyOperation } from './replicate-key.ts'
import { updatePrimaryRegionOperation } from './update-primary-region.ts'
import { createCustomKeyStoreOperation } from './create-custom-key-store.ts'
import { connectCustomKeyStoreOperation } from './connect-custom-key-store.ts'
import { describeCustomKeyStoresOperation } from './describe-custom-key-stores.ts'
import { updateCustomKeyStoreOperation } from './update-custom-key-store.ts'
import { disconnectCustomKeyStoreOperation } from './disconnect-custom-key-store.ts'
import { deleteCustomKeyStoreOperation } from './delete-custom-key-store.ts'

export const operations = [
  cancelKeyDeletionOperation,
  createAliasOperation,
  createKeyOperation,
  deleteAliasOperation,
  describeKeyOperation,
  disableKeyRotationOperation,
  disableKeyOperation,
  enableKeyRotationOperation,
  enableKeyOperation,
  getKeyLastUsageOperation,
  getKeyPolicyOperation,
  getKeyRotationStatusOperation,
  listAliasesOperation,
  listKeyPoliciesOperation,
  listKeyRotationsOperation,
  listKeysOperation,
  listResourceTagsOperation,
  putKeyPolicyOperation,
  rotateKeyOnDemandOperation,
  scheduleKeyDeletionOperation,
  tagResourceOperation,
  untagResourceOperation,
  updateAliasOperation,
  updateKeyDescriptionOperation,
  decapsulateOperation,
  decryptOperation,
  deriveSharedSecretOperation,
  encapsulateOperation,
  encryptOperation,
  generateDataKeyPairWithoutPlaintextOperation,
  generateDataKeyPairOperation,
  generateDataKeyWithoutPlaintextOperation,
  generateDataKeyOperation,
  generateMacOperation,
  generateRandomOperation,
  getPublicKeyOperation,
  reEncryptOperation,
  signOperation,
  verifyMacOperation,
  verifyOperation,
  createGrantOperation,
  listGrantsOperation,
  listRetirableGrantsOperation,
  revokeGrantOperation,
  retireGrantOperation,
  getParametersForImportOperation,
  importKeyMaterialOperation,
  deleteImportedKeyMaterialOperation,
  replicateKeyOperation,
  updatePrimaryRegionOperation,
  createCustomKeyStoreOperation,
  connectCustomKeyStoreOperation,
  describeCustomKeyStoresOperation,
  updateCustomKeyStoreOperation,
  disconnectCustomKeyStoreOperation,
  deleteCustomKeyStoreOperation,
]
