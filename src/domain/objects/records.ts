import { z } from 'zod'
import type { CompartmentId } from '#model/brands.ts'
import { family } from '#domain/records/family.ts'

const compartment = z.string().transform(text => text as CompartmentId) // oxlint-disable-line typescript/no-unsafe-type-assertion -- written from one
const time = z.number().int()
const texts = z.record(z.string(), z.string())
/** In the order of their writing. */
const tags = z.array(z.object({ key: z.string(), value: z.string() }))
const layers = z.union([z.literal(1), z.literal(2)])

/** What objects are encrypted with that do not say it themselves. */
const defaultEncryption = z.discriminatedUnion('method', [
  z.object({ method: z.literal('service') }),
  /** `keyId` as it was written; absent: the key that the account has for the service. */
  z.object({ method: z.literal('accountKey'), layers, keyId: z.string().optional(), bucketKey: z.boolean() }),
])
export type DefaultEncryption = z.output<typeof defaultEncryption>

const publicAccess = z.object({ blockAcls: z.boolean(), ignoreAcls: z.boolean(), blockPolicy: z.boolean(), restrict: z.boolean() })

const count = z.number().int().positive()

/** What ends by itself in a bucket, and when (lifecycle.ts). */
const lifecycleRule = z.object({
  id: z.string(),
  enabled: z.boolean(),
  /** How its conditions were written: the prefix alone and without a filter, one at most, several. */
  form: z.enum(['prefix', 'one', 'and']),
  prefix: z.string().optional(),
  tags,
  /** Bytes, both excluded. */
  largerThan: z.number().int().optional(),
  smallerThan: z.number().int().optional(),
  /** Of the newest version: one of them. `date`: a midnight (UTC). */
  expiration: z.object({ days: count.optional(), date: time.optional(), deletedMarkers: z.boolean().optional() }).optional(),
  /** Of the others: since they are no longer the newest; the newest of them are kept. */
  noncurrent: z.object({ days: count, kept: count.optional() }).optional(),
  /** Of uploads that nobody completes. */
  abortDays: count.optional(),
})

const bucketSchema = z.object({
  name: z.string(),
  accountId: z.string(),
  region: z.string(),
  /** Its own: what is in it goes with its keys. */
  compartment,
  createdAt: time,
  versioning: z.enum(['off', 'enabled', 'suspended']),
  encryption: defaultEncryption,
  /** Whose objects are that others write: the bucket's owner's always, or the writer's. */
  ownership: z.enum(['bucketOwner', 'bucketOwnerPreferred', 'writer']).optional(),
  publicAccess: publicAccess.optional(),
  lifecycle: z.array(lifecycleRule).optional(),
  policy: z.string().optional(),
  /** Users and roles that the policy names by ARN, with the unique id of whom it meant when it was written. */
  policyBound: z.record(z.string(), z.string()).optional(),
  tags,
})
export type Bucket = z.output<typeof bucketSchema>

/** In the installation's compartment, for no two have one name; path: name. Its policy is read by whoever is judged: the bucket is a record of the call. */
export const buckets = family<Bucket, readonly [name: string]>({
  name: 'buckets',
  schema: bucketSchema,
  format: 1,
  residency: 'resident',
  ruling: false,
})

/** How the bytes of an object are encrypted, and all that is kept of it. */
const encryption = z.discriminatedUnion('method', [
  /** Under the bucket's own secret. */
  z.object({ method: z.literal('service') }),
  z.object({
    method: z.literal('accountKey'),
    /** Two: one layer under the data key, one under the bucket's own secret. */
    layers,
    /** ARN. */
    keyArn: z.string(),
    /** The data key under that key, base64, and the pairs that it is bound to. */
    wrapped: z.string(),
    context: texts,
    bucketKey: z.boolean(),
  }),
  /** A key that is shown with every request; of it a salted digest, to say that another is wrong. */
  z.object({ method: z.literal('customer'), salt: z.string(), check: z.string() }),
])
export type Encryption = z.output<typeof encryption>

const checksum = z.object({
  algorithm: z.enum(['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256']),
  /** Of all bytes, or of the checksums of its parts. */
  type: z.enum(['whole', 'composite']),
  /** Base64. */
  value: z.string(),
})
export type Checksum = z.output<typeof checksum>

/**
 * A run of bytes: an object has one, or one for each part that it was uploaded in. It lies in the store of bytes, or, `short`, with the record of
 * its object (short-bytes.ts).
 */
const piece = z.object({ id: z.string(), size: z.number().int(), checksum: z.string().optional(), short: z.literal(true).optional() })
export type Piece = z.output<typeof piece>

const versionSchema = z.object({
  key: z.string(),
  /** `null` where versions are not kept. */
  versionId: z.string(),
  at: time,
  /** Says that the object was deleted; has no bytes. */
  marker: z.boolean(),
  size: z.number().int(),
  /** Without its quotes. */
  etag: z.string(),
  pieces: z.array(piece),
  /** Was it uploaded in parts? */
  inParts: z.boolean(),
  /** The upload that it was completed of. */
  upload: z.string().optional(),
  encryption,
  /** What is given back as it came: Content-Type, Cache-Control, … by names in lower case. */
  headers: texts,
  metadata: texts,
  tags,
  checksum: checksum.optional(),
})
export type ObjectVersion = z.output<typeof versionSchema>

/** Finds who names a run of bytes in their store; of objects in parts, each part's record did so before. */
export const bytesTag = (id: string): readonly string[] => ['bytes', id]
const ofOnePiece = ({ pieces: [first, ...more] }: ObjectVersion) =>
  first === undefined || first.short === true || more.length > 0 ? [] : [bytesTag(first.id)]

/** The newest version of each object, a marker of its deletion included; in the bucket's compartment, as all that follow. */
export const objects = family<ObjectVersion, readonly [key: string]>({
  name: 'objects',
  schema: versionSchema,
  format: 1,
  residency: 'cached',
  ruling: false,
  tags: ofOnePiece,
})

/** All versions but the newest, in the order in which they were followed by another. */
export const objectVersions = family<ObjectVersion, readonly [key: string, versionId: string]>({
  name: 'objectVersions',
  schema: versionSchema,
  format: 1,
  residency: 'cached',
  ruling: false,
  collection: ([key]) => [key],
  tags: ofOnePiece,
})

const uploadSchema = z.object({
  id: z.string(),
  key: z.string(),
  at: time,
  /** ARN of who began it. */
  initiator: z.string(),
  encryption,
  headers: texts,
  metadata: texts,
  tags,
  /** `asked`: its parts must have the same; else they may be held to any. */
  checksum: z.object({ algorithm: checksum.shape.algorithm, type: checksum.shape.type, asked: z.boolean() }),
})
export type Upload = z.output<typeof uploadSchema>

export const uploads = family<Upload, readonly [id: string]>({
  name: 'uploads',
  schema: uploadSchema,
  format: 1,
  residency: 'cached',
  ruling: false,
})

const uploadPartSchema = z.object({
  number: z.number().int(),
  at: time,
  size: z.number().int(),
  etag: z.string(),
  /** Run of bytes. */
  bytes: z.string(),
  checksum: z.string().optional(),
})
export type UploadPart = z.output<typeof uploadPartSchema>

export const uploadParts = family<UploadPart, readonly [uploadId: string, number: string]>({
  name: 'uploadParts',
  schema: uploadPartSchema,
  format: 1,
  residency: 'cached',
  ruling: false,
  collection: ([uploadId]) => [uploadId],
  tags: ({ bytes }) => [bytesTag(bytes)],
})
