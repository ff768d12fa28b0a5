import { attachVolumeOperation, detachVolumeOperation } from './attachments.ts'
import { copySnapshotOperation, createSnapshotOperation } from './create-snapshot.ts'
import { createVolumeOperation } from './create-volume.ts'
import { deleteSnapshotOperation } from './delete-snapshot.ts'
import { deleteVolumeOperation } from './delete-volume.ts'
import { describeSnapshotsOperation } from './describe-snapshots.ts'
import { describeVolumesOperation } from './describe-volumes.ts'
import { disableEbsEncryptionByDefault, enableEbsEncryptionByDefault, getEbsEncryptionByDefault } from './ebs-encryption-by-default.ts'
import { getEbsDefaultKmsKeyId, modifyEbsDefaultKmsKeyId, resetEbsDefaultKmsKeyId } from './ebs-default-kms-key-id.ts'

/** What is served of EC2. */
export const operations = [
  attachVolumeOperation,
  copySnapshotOperation,
  createSnapshotOperation,
  createVolumeOperation,
  deleteSnapshotOperation,
  deleteVolumeOperation,
  describeSnapshotsOperation,
  describeVolumesOperation,
  detachVolumeOperation,
  disableEbsEncryptionByDefault,
  enableEbsEncryptionByDefault,
  getEbsDefaultKmsKeyId,
  getEbsEncryptionByDefault,
  modifyEbsDefaultKmsKeyId,
  resetEbsDefaultKmsKeyId,
] as const
