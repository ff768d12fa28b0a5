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
  /** Stopped, and what was recorded up to here is still to be carried. */
  draining: position.optional(),
  startedAt: time.optional(),
  stoppedAt: time.optional(),
  /** Up to where all was carried. */
  position,
  delivery: z.object({ at: time.optional(), error: z.string().optional(), digestAt: time.optional(), digestError: z.string().optional() }),
  chains: z.record(z.string(), digestChain),
})
export type Trail = z.output<typeof trailSchema>

/** The pair that digests are signed with; the private half is its material. */
const trailKeySchema = z.object({
  /** 32 hex digits, of the public half. */
  fingerprint: z.string(),
  /** RSAPublicKey DER (RFC 8017 A.1.1), base64. */
  publicKey: z.string(),
  createdAt: time,
})
export type TrailKey = z.output<typeof trailKeySchema>

/** In the installation's compartment; path: fingerprint. */
export const trailKeys = family<TrailKey, readonly [fingerprint: string]>({
  name: 'trailKeys',
  schema: trailKeySchema,
  format: 1,
  residency: 'resident',
  ruling: false,
})

/** In the compartment of its account and Region; path: name. */
export const trails = family<Trail, readonly [name: string]>({
  name: 'trails',
  schema: trailSchema,
  format: 1,
  residency: 'resident',
  ruling: false,
})
