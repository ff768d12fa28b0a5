import { parsePolicy } from '#domain/access/policy-documents/parse.ts'
import { refuseIdleStatements } from '#domain/objects/policy-reach.ts'
import { refusePolicyBeyond } from '#domain/objects/public-policy.ts'
import type { Bucket } from '#domain/objects/records.ts'
import { malformed, refused } from './refusals.ts'

/** S3 User Guide, "General purpose bucket naming rules". Raises `StorageRefused`. */
export function assertBucketName(name: string): void {
  const formed = /^[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]$/.test(name) && !/^\d{1,3}(?:\.\d{1,3}){3}$/.test(name)
  const reserved = /^(?:xn--|sthree-|amzn-s3-demo-)|(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name)
  if (!formed || reserved || /\.-|-\./.test(name)) throw refused('InvalidBucketName', 'The specified bucket is not valid.')
}

export const ownershipNames = {
  bucketOwner: 'BucketOwnerEnforced',
  bucketOwnerPreferred: 'BucketOwnerPreferred',
  writer: 'ObjectWriter',
} as const

/** Raises `StorageRefused`. */
export function ownershipNamed(text: string | undefined): Bucket['ownership'] {
  if (text === undefined) return undefined
  if (text === 'BucketOwnerEnforced') return 'bucketOwner'
  if (text === 'BucketOwnerPreferred') return 'bucketOwnerPreferred'
  if (text === 'ObjectWriter') return 'writer'
  throw malformed()
}

const policyBytesMax = 20 * 1024

/** A policy of this bucket, byte for byte. Raises `PolicyMalformed`, `StorageRefused`. */
export function assertPolicyFits(bytes: Uint8Array, bucket: string): string {
  if (bytes.length > policyBytesMax) throw refused('PolicyTooLarge', 'The bucket policy exceeds the maximum allowed size of 20480 bytes')
  const text = Buffer.from(bytes).toString('utf8')
  const document = parsePolicy(text, 'bucket')
  refusePolicyBeyond(document, bucket)
  refuseIdleStatements(document)
  return text
}
