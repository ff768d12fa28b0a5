import { attachVolumeOperation, detachVolumeOperation } from './attachments.ts'
import { copySnapshotOperation, createSnapshotOperation } from './create-snapshot.ts'
import { createVolumeOperation } from './create-volume.ts'
import { deleteSnapshotOperation } from './delete-snapshot.ts'
import { deleteVolumeOperation } from './delete-volume.ts'
import { describeAvailabilityZonesOperation } from './describe-availability-zones.ts'
import { describeInstancesOperation } from './describe-instances.ts'
import { describeSnapshotsOperation } from './describe-snapshots.ts'
import { describeVolumesOperation } from './describe-volumes.ts'
import { disableEbsEncryptionByDefault, enableEbsEncryptionByDefault, getEbsEncryptionByDefault } from './ebs-encryption-by-default.ts'
import { getEbsDefaultKmsKeyId, modifyEbsDefaultKmsKeyId, resetEbsDefaultKmsKeyId } from './ebs-default-kms-key-id.ts'
import { describeVolumesModificationsOperation, modifyVolumeOperation } from './modify-volume.ts'
import {
  describeSnapshotAttributeOperation,
  modifySnapshotAttributeOperation,
  resetSnapshotAttributeOperation,
} from './snapshot-attributes.ts'
import { createTagsOperation, deleteTagsOperation, describeTagsOperation } from './tags.ts'
import { describeVolumeAttributeOperation, describeVolumeStatusOperation, modifyVolumeAttributeOperation } from './volume-status.ts'

/** What is served of EC2. */
export const operations = [
  attachVolumeOperation,
  copySnapshotOperation,
  createSnapshotOperation,
  createTagsOperation,
  createVolumeOperation,
  deleteSnapshotOperation,
  deleteTagsOperation,
  deleteVolumeOperation,
  describeAvailabilityZonesOperation,
  describeInstancesOperation,
  describeSnapshotAttributeOperation,
  describeSnapshotsOperation,
  describeTagsOperation,
  describeVolumeAttributeOperation,
  describeVolumesModificationsOperation,
  describeVolumesOperation,
  describeVolumeStatusOperation,
  detachVolumeOperation,
  disableEbsEncryptionByDefault,
  enableEbsEncryptionByDefault,
  getEbsDefaultKmsKeyId,
  getEbsEncryptionByDefault,
  modifyEbsDefaultKmsKeyId,
  modifySnapshotAttributeOperation,
  modifyVolumeAttributeOperation,
  modifyVolumeOperation,
  resetEbsDefaultKmsKeyId,
  resetSnapshotAttributeOperation,
] as const
