import type { ProblemKind } from './problem-kind.ts'

/** The part of the catalogue that buckets and their objects add. */
export const objectProblemKinds = {
  BucketNotFound: 'missing',
  /** In another Region than the one that it was asked for in. */
  BucketElsewhere: 'misdirected',
  BucketExists: 'conflict',
  BucketNotEmpty: 'conflict',
  ObjectNotFound: 'missing',
  ObjectVersionNotFound: 'missing',
  /** The version says that the object was deleted. */
  ObjectDeleted: 'method',
  UploadNotFound: 'missing',
  UploadPartInvalid: 'invalid',
  UploadPartsUnordered: 'invalid',
  UploadPartTooSmall: 'invalid',
  UploadPartChecksumInvalid: 'invalid',
  UploadSizeDiffers: 'invalid',
  UploadChecksumDiffers: 'invalid',
  CustomerKeyMissing: 'invalid',
  CustomerKeyWrong: 'forbidden',
  CustomerKeyUnasked: 'invalid',
  NotConfigured: 'missing',
  PublicPolicyForbidden: 'forbidden',
  StorageRefused: 'invalid',
} as const satisfies Record<string, ProblemKind>

/** As in `problem.ts`. */
export interface ObjectDetails {
  BucketNotFound: { readonly name: string }
  /** `here`: the address was right, the signature was for `signedFor`. */
  BucketElsewhere: { readonly name: string; readonly region: string; readonly signedFor: string; readonly here: boolean }
  BucketExists: { readonly name: string; readonly own: boolean }
  BucketNotEmpty: { readonly name: string }
  ObjectNotFound: { readonly key: string; readonly marker?: string }
  ObjectVersionNotFound: { readonly key: string; readonly versionId: string }
  ObjectDeleted: { readonly key: string; readonly versionId: string }
  UploadNotFound: { readonly id: string }
  UploadPartTooSmall: { readonly number: number; readonly etag: string; readonly size: number; readonly minimum: number }
  /** `missing`, or of an `other` kind than the upload keeps. */
  UploadPartChecksumInvalid: { readonly algorithm: string; readonly number: number; readonly what: 'missing' | 'other' }
  UploadSizeDiffers: { readonly said: number; readonly is: number }
  UploadChecksumDiffers: { readonly algorithm: string }
  /** What a bucket or an object has not: `policy`, `tags`, `publicAccess`, `ownership`. */
  NotConfigured: { readonly what: string; readonly name: string }
  /** A refusal that one wire alone knows, with its own code. */
  StorageRefused: { readonly status: number; readonly code: string; readonly message: string }
}
