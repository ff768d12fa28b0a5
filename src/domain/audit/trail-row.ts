import { z } from 'zod'
import { actingKinds } from '#model/principal.ts'
import type { JsonObject } from './canonical-json.ts'
import type { AuditRow } from './parse-row.ts'
import { ownEvents } from './trail-facts.ts'

const jsonObject = z.custom<JsonObject>(value => typeof value === 'object' && value !== null && !Array.isArray(value))

const acting = z.object({
  arn: z.string(),
  federatedProvider: z.string().optional(),
  issuedAt: z.number().optional(),
  kind: z.enum(actingKinds),
  name: z.string().optional(),
  role: z.object({ arn: z.string(), id: z.string() }).optional(),
  sourceIdentity: z.string().optional(),
  user: z.object({ arn: z.string(), id: z.string(), name: z.string() }).optional(),
  via: z.string().optional(),
})

const trail = z.object({
  answer: jsonObject.optional(),
  data: z.literal(true).optional(),
  errorMessage: z.string().optional(),
  event: z.enum(ownEvents).optional(),
  more: jsonObject.optional(),
  parameters: jsonObject.optional(),
  readOnly: z.boolean(),
  recipient: z.string().optional(),
  region: z.string(),
  resources: z.array(z.object({ account: z.string(), arn: z.string() })),
  tls: z.object({ version: z.string(), cipher: z.string(), host: z.string() }).optional(),
  webIdentity: z.object({ provider: z.string(), id: z.string(), name: z.string() }).optional(),
})

const trailRow = z.object({
  actor: z.object({
    acting: acting.optional(),
    credentialId: z.string().optional(),
    oid: z.string().optional(),
    tenant: z.string().optional(),
  }),
  at: z.string(),
  operation: z.string(),
  place: z.number().default(0),
  plane: z.string(),
  requestId: z.string(),
  result: z.object({ http: z.number(), code: z.string().optional() }),
  sourceIp: z.string().optional(),
  trail,
  userAgent: z.string().optional(),
})

/** A row of a call to an account's things, with what its trail shows. */
export type TrailRow = z.output<typeof trailRow> & {
  /** Whose trail this row is of. */
  readonly recipient: string
}

/** `undefined`: the row is in no account's trail. */
export function trailRowOf(row: AuditRow): TrailRow | undefined {
  if (row['trail'] === undefined) return undefined
  const read = trailRow.parse(row)
  const { recipient } = read.trail
  return recipient === undefined ? undefined : { ...read, recipient }
}
