import { z } from 'zod'
import { family } from '#domain/records/family.ts'

const time = z.number().int()
const position = z.record(z.string().regex(/^\d{1,9}$/), z.number().int())

/** A file that was carried into the bucket and is in no digest yet. */
const carriedFile = z.object({ object: z.string(), hash: z.string(), oldest: z.string(), newest: z.string() })

/** What chains the digests of one Region. */
const digestChain = z.object({
  files: z.array(carriedFile),
  /** When the last one ended, or the first began. */
  from: time,
  previous: z.object({ bucket: z.string(), object: z.string(), hash: z.string(), signature: z.string() }).optional(),
})

const trailSchema = z.object({
  name: z.string(),
  accountId: z.string(),
  /** Where it was made; it is changed from there alone. */
  region: z.string(),
  createdAt: time,
  bucket: z.string(),
  prefix: z.string().optional(),
  allRegions: z.boolean(),
  globalEvents: z.boolean(),
  digests: z.boolean(),
  /** ARN of the key that its files are encrypted with. */
  keyArn: z.string().optional(),
  /** What it takes: as it was written, of one of the two kinds. */
  selectors: z.object({ kind: z.enum(['basic', 'advanced']), text: z.string() }).optional(),
  tags: z.array(z.object({ key: z.string(), value: z.string() })),
  logging: z.boolean(),
  startedAt: time.optional(),
  stoppedAt: time.optional(),
  /** Up to where all was carried. */
  position,
  delivery: z.object({ at: time.optional(), error: z.string().optional(), digestAt: time.optional(), digestError: z.string().optional() }),
  chains: z.record(z.string(), digestChain),
})
export type Trail = z.output<typeof trailSchema>

/** In the compartment of its account and Region; path: name. */
export const trails = family<Trail, readonly [name: string]>({
  name: 'trails',
  schema: trailSchema,
  format: 1,
  residency: 'resident',
  ruling: false,
})
