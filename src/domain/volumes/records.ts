import { z } from 'zod'
import { family } from '#domain/records/family.ts'

export const volumeTypes = ['standard', 'io1', 'io2', 'gp2', 'sc1', 'st1', 'gp3'] as const

const shapeSchema = z.object({
  type: z.enum(volumeTypes),
  sizeGiB: z.number().int(),
  iops: z.number().int().optional(),
  throughput: z.number().int().optional(),
})

const volumeSchema = z.object({
  id: z.string(),
  accountId: z.string(),
  region: z.string(),
  zone: z.string(),
  createdAt: z.number().int(),
  ...shapeSchema.shape,
  /** The last change of its shape. */
  modification: z.object({ at: z.number().int(), from: shapeSchema, to: shapeSchema }).optional(),
  autoEnableIo: z.boolean().optional(),
  tags: z.array(z.object({ key: z.string(), value: z.string() })),
  /** 32 hex digits: names its chunks. */
  diskId: z.string(),
  /** 32 hex digits: names its data key, which is the record's material where no key of an account has wrapped it. */
  dekId: z.string(),
  /** What the key has wrapped, in base64; its plaintext was shown to nobody when it was made. */
  key: z.object({ arn: z.string(), wrapped: z.string() }).optional(),
  /** Absent: it is there. */
  state: z.enum(['creating', 'error']).optional(),
  /** Of which it was made. */
  snapshotId: z.string().optional(),
  /** The disk whose chunks its own were at first, where they were a snapshot's. */
  lineage: z.string().optional(),
  /** The word of the client that asked once, and the digest of what it asked for. */
  request: z.object({ token: z.string(), digest: z.string() }).optional(),
})
export type Volume = z.output<typeof volumeSchema>

/** In the compartment of its account and Region; path: id. Found by the word of the request that made it, and by its chunks' name, too. */
export const volumes = family<Volume, readonly [id: string]>({
  name: 'volumes',
  schema: volumeSchema,
  format: 1,
  residency: 'cached',
  ruling: false,
  tags: ({ request, diskId }) => [diskTag(diskId), ...(request === undefined ? [] : [requestTag(request.token)])],
})

export const diskTag = (diskId: string): readonly [string, string] => ['disk', diskId]
export const requestTag = (token: string): readonly [string, string] => ['request', token]

const defaultsSchema = z.object({
  /** Every new volume is under a key of the account. */
  encrypted: z.boolean(),
  /** ARN; absent: the key that the account has for the service. */
  keyArn: z.string().optional(),
})
export type VolumeDefaults = z.output<typeof defaultsSchema>

/** One in the compartment of an account and Region. */
export const volumeDefaults = family<VolumeDefaults, readonly ['volumes']>({
  name: 'volumeDefaults',
  schema: defaultsSchema,
  format: 1,
  residency: 'cached',
  ruling: false,
})

const attachmentSchema = z.object({
  volumeId: z.string(),
  /** A name: there are no machines of this service here. */
  instanceId: z.string(),
  device: z.string(),
  attachedAt: z.number().int(),
  /** The compartment's 32 hex digits, a point and 32 random ones; unguessable, the same while it is attached. */
  exportName: z.string(),
  /** What lets the instance decrypt; absent where no key of an account has wrapped the data key. */
  grant: z.object({ keyArn: z.string(), grantId: z.string() }).optional(),
})
export type VolumeAttachment = z.output<typeof attachmentSchema>

export const exportTag = (exportName: string): readonly [string, string] => ['export', exportName]
export const instanceTag = (instanceId: string): readonly [string, string] => ['instance', instanceId]

/** In the compartment of its account and Region; path: id of the volume, which has one at most. */
export const volumeAttachments = family<VolumeAttachment, readonly [volumeId: string]>({
  name: 'volumeAttachments',
  schema: attachmentSchema,
  format: 1,
  residency: 'cached',
  ruling: false,
  tags: ({ exportName, instanceId }) => [exportTag(exportName), instanceTag(instanceId)],
})
