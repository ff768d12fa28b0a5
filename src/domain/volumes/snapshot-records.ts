import { z } from 'zod'
import { family } from '#domain/records/family.ts'
import { diskTag } from './records.ts'

const snapshotSchema = z.object({
  id: z.string(),
  accountId: z.string(),
  region: z.string(),
  /** Of which it was taken; a name that means nothing where it is a copy of another. */
  volumeId: z.string(),
  sizeGiB: z.number().int(),
  startedAt: z.number().int(),
  completedAt: z.number().int().optional(),
  description: z.string(),
  tags: z.array(z.object({ key: z.string(), value: z.string() })),
  state: z.enum(['pending', 'completed', 'error']),
  /** Of a copy under way: percent. */
  progress: z.number().int().optional(),
  /** Why it is none. */
  message: z.string().optional(),
  /** 32 hex digits: names its chunks. */
  diskId: z.string(),
  /** 32 hex digits: names its data key, which is the record's material where no key of an account has wrapped it. */
  dekId: z.string(),
  /** The disk whose chunks its own were at first. */
  lineage: z.string(),
  /** What the key has wrapped, in base64, bound to the name of a volume or snapshot: the one that it was wrapped for. */
  key: z.object({ arn: z.string(), wrapped: z.string(), boundTo: z.string() }).optional(),
  /** Other accounts that may use it, or the word for everybody. */
  sharedWith: z.array(z.string()).optional(),
})
export type Snapshot = z.output<typeof snapshotSchema>

/** In the compartment of its account and Region; path: id. Found by its chunks' name, too. */
export const snapshots = family<Snapshot, readonly [id: string]>({
  name: 'snapshots',
  schema: snapshotSchema,
  format: 1,
  residency: 'cached',
  ruling: false,
  tags: ({ diskId }) => [diskTag(diskId)],
})

/** Among those whom a snapshot is shared with. */
export const everybody = 'all'

const shareSchema = z.object({ id: z.string(), region: z.string(), accountId: z.string() })
/** A snapshot of another account. */
export type SnapshotShare = z.output<typeof shareSchema>

/** In the installation's compartment, where whoever it is shared with finds it: by its Region, himself or everybody, and its id. */
export const snapshotShares = family<SnapshotShare, readonly [region: string, whom: string, id: string]>({
  name: 'snapshotShares',
  schema: shareSchema,
  format: 1,
  residency: 'cached',
  ruling: false,
  collection: ([region, whom]) => [region, whom],
})
