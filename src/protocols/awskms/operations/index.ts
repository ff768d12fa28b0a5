import { cancelKeyDeletionOperation } from './cancel-key-deletion.ts'
import { createKeyOperation } from './create-key.ts'
import { describeKeyOperation } from './describe-key.ts'
import { disableKeyRotationOperation } from './disable-key-rotation.ts'
import { disableKeyOperation } from './disable-key.ts'
import { enableKeyRotationOperation } from './enable-key-rotation.ts'
import { enableKeyOperation } from './enable-key.ts'
import { getKeyRotationStatusOperation } from './get-key-rotation-status.ts'
import { listKeyRotationsOperation } from './list-key-rotations.ts'
import { listKeysOperation } from './list-keys.ts'
import { listResourceTagsOperation } from './list-resource-tags.ts'
import { rotateKeyOnDemandOperation } from './rotate-key-on-demand.ts'
import { scheduleKeyDeletionOperation } from './schedule-key-deletion.ts'
import { tagResourceOperation } from './tag-resource.ts'
import { untagResourceOperation } from './untag-resource.ts'
import { updateKeyDescriptionOperation } from './update-key-description.ts'

export const operations = [
  cancelKeyDeletionOperation,
  createKeyOperation,
  describeKeyOperation,
  disableKeyRotationOperation,
  disableKeyOperation,
  enableKeyRotationOperation,
  enableKeyOperation,
  getKeyRotationStatusOperation,
  listKeyRotationsOperation,
  listKeysOperation,
  listResourceTagsOperation,
  rotateKeyOnDemandOperation,
  scheduleKeyDeletionOperation,
  tagResourceOperation,
  untagResourceOperation,
  updateKeyDescriptionOperation,
]
