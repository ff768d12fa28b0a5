import { backUpKeyOperation } from './back-up-key.ts'
import { backUpSecretOperation } from './back-up-secret.ts'
import { certificateOperations } from './certificate-operations.ts'
import { createKeyOperation } from './create-key.ts'
import { decryptOperation } from './decrypt.ts'
import { deleteKeyOperation } from './delete-key.ts'
import { deleteSecretOperation } from './delete-secret.ts'
import { encryptOperation } from './encrypt.ts'
import { getDeletedKeyOperation } from './get-deleted-key.ts'
import { getDeletedSecretOperation } from './get-deleted-secret.ts'
import { getKeyOperation } from './get-key.ts'
import { getRotationPolicyOperation } from './get-rotation-policy.ts'
import { getSecretOperation } from './get-secret.ts'
import { importKeyOperation } from './import-key.ts'
import { listDeletedKeysOperation } from './list-deleted-keys.ts'
import { listDeletedSecretsOperation } from './list-deleted-secrets.ts'
import { listKeyVersionsOperation } from './list-key-versions.ts'
import { listKeysOperation } from './list-keys.ts'
import { listSecretVersionsOperation } from './list-secret-versions.ts'
import { listSecretsOperation } from './list-secrets.ts'
import { purgeKeyOperation } from './purge-key.ts'
import { purgeSecretOperation } from './purge-secret.ts'
import { recoverKeyOperation } from './recover-key.ts'
import { releaseKeyOperation } from './release-key.ts'
import { recoverSecretOperation } from './recover-secret.ts'
import { restoreKeyOperation } from './restore-key.ts'
import { restoreSecretOperation } from './restore-secret.ts'
import { rotateKeyOperation } from './rotate-key.ts'
import { setRotationPolicyOperation } from './set-rotation-policy.ts'
import { setSecretOperation } from './set-secret.ts'
import { signOperation } from './sign.ts'
import { unwrapKeyOperation } from './unwrap-key.ts'
import { updateKeyOperation } from './update-key.ts'
import { updateSecretOperation } from './update-secret.ts'
import { verifyOperation } from './verify.ts'
import { wrapKeyOperation } from './wrap-key.ts'
import type { Context } from '#domain/context.ts'
import type { Operation } from '#protocols/http/operation.ts'
import type { VaultSite } from '#protocols/keyvault/site.ts'

/** Everything that a vault's host answers. */
export const operations: readonly Operation<Context, VaultSite>[] = [
  listKeysOperation,
  getKeyOperation,
  listKeyVersionsOperation,
  createKeyOperation,
  importKeyOperation,
  updateKeyOperation,
  deleteKeyOperation,
  backUpKeyOperation,
  restoreKeyOperation,
  rotateKeyOperation,
  releaseKeyOperation,
  getRotationPolicyOperation,
  setRotationPolicyOperation,
  encryptOperation,
  decryptOperation,
  wrapKeyOperation,
  unwrapKeyOperation,
  signOperation,
  verifyOperation,
  listDeletedKeysOperation,
  getDeletedKeyOperation,
  recoverKeyOperation,
  purgeKeyOperation,
  listSecretsOperation,
  getSecretOperation,
  listSecretVersionsOperation,
  setSecretOperation,
  updateSecretOperation,
  deleteSecretOperation,
  backUpSecretOperation,
  restoreSecretOperation,
  listDeletedSecretsOperation,
  getDeletedSecretOperation,
  recoverSecretOperation,
  purgeSecretOperation,
  ...certificateOperations,
]
