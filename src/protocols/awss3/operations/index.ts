import { abortMultipartUploadOperation } from './abort-multipart-upload.ts'
import { getBucketAclOperation, putBucketAclOperation, getObjectAclOperation, putObjectAclOperation } from './access-control-lists.ts'
import { getBucketEncryptionOperation, putBucketEncryptionOperation, deleteBucketEncryptionOperation } from './bucket-encryption.ts'
import {
  getBucketOwnershipControlsOperation,
  putBucketOwnershipControlsOperation,
  deleteBucketOwnershipControlsOperation,
} from './bucket-ownership.ts'
import {
  getBucketPolicyOperation,
  putBucketPolicyOperation,
  deleteBucketPolicyOperation,
  getBucketPolicyStatusOperation,
} from './bucket-policy.ts'
import {
  getBucketLifecycleConfigurationOperation,
  putBucketLifecycleConfigurationOperation,
  deleteBucketLifecycleOperation,
} from './bucket-lifecycle.ts'
import { getBucketTaggingOperation, putBucketTaggingOperation, deleteBucketTaggingOperation } from './bucket-tagging.ts'
import { getBucketVersioningOperation, putBucketVersioningOperation } from './bucket-versioning.ts'
import { completeMultipartUploadOperation } from './complete-multipart-upload.ts'
import { copyObjectOperation } from './copy-object.ts'
import { createBucketOperation } from './create-bucket.ts'
import { createMultipartUploadOperation } from './create-multipart-upload.ts'
import { deleteBucketOperation } from './delete-bucket.ts'
import { deleteObjectOperation } from './delete-object.ts'
import { deleteObjectsOperation } from './delete-objects.ts'
import { getBucketLocationOperation } from './get-bucket-location.ts'
import { getObjectAttributesOperation } from './get-object-attributes.ts'
import { getObjectOperation, headObjectOperation } from './get-object.ts'
import { headBucketOperation } from './head-bucket.ts'
import { listBucketsOperation } from './list-buckets.ts'
import { listMultipartUploadsOperation } from './list-multipart-uploads.ts'
import { listObjectVersionsOperation } from './list-object-versions.ts'
import { listObjectsOperation, listObjectsV2Operation } from './list-objects.ts'
import { listPartsOperation } from './list-parts.ts'
import { getObjectTaggingOperation, putObjectTaggingOperation, deleteObjectTaggingOperation } from './object-tagging.ts'
import { getPublicAccessBlockOperation, putPublicAccessBlockOperation, deletePublicAccessBlockOperation } from './public-access-block.ts'
import { putObjectOperation } from './put-object.ts'
import { unconfiguredOperations } from './unconfigured.ts'
import { uploadPartOperation, uploadPartCopyOperation } from './upload-part.ts'

/** Every operation of this wire. Add one: a file here, its test, one line. */
export const operations = [
  abortMultipartUploadOperation,
  getBucketAclOperation,
  putBucketAclOperation,
  getObjectAclOperation,
  putObjectAclOperation,
  getBucketEncryptionOperation,
  putBucketEncryptionOperation,
  deleteBucketEncryptionOperation,
  getBucketOwnershipControlsOperation,
  putBucketOwnershipControlsOperation,
  deleteBucketOwnershipControlsOperation,
  getBucketPolicyOperation,
  putBucketPolicyOperation,
  deleteBucketPolicyOperation,
  getBucketPolicyStatusOperation,
  getBucketLifecycleConfigurationOperation,
  putBucketLifecycleConfigurationOperation,
  deleteBucketLifecycleOperation,
  getBucketTaggingOperation,
  putBucketTaggingOperation,
  deleteBucketTaggingOperation,
  getBucketVersioningOperation,
  putBucketVersioningOperation,
  completeMultipartUploadOperation,
  copyObjectOperation,
  createBucketOperation,
  createMultipartUploadOperation,
  deleteBucketOperation,
  deleteObjectOperation,
  deleteObjectsOperation,
  getBucketLocationOperation,
  getObjectAttributesOperation,
  getObjectOperation,
  headObjectOperation,
  headBucketOperation,
  listBucketsOperation,
  listMultipartUploadsOperation,
  listObjectVersionsOperation,
  listObjectsOperation,
  listObjectsV2Operation,
  listPartsOperation,
  getObjectTaggingOperation,
  putObjectTaggingOperation,
  deleteObjectTaggingOperation,
  getPublicAccessBlockOperation,
  putPublicAccessBlockOperation,
  deletePublicAccessBlockOperation,
  putObjectOperation,
  ...unconfiguredOperations,
  uploadPartOperation,
  uploadPartCopyOperation,
] as const
