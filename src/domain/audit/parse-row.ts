import { z } from 'zod'
import type { BatchEntry } from './batch.ts'

/** A row as it is read: what readers rely on is checked, what a later version added goes through. */
const rowSchema = z.looseObject({
  at: z.string(),
  actor: z.looseObject({ kind: z.string(), oid: z.string().optional(), appid: z.string().optional(), credentialId: z.string().optional() }),
  decision: z.looseObject({ allow: z.boolean() }),
  node: z.number(),
  operation: z.string(),
  requestId: z.string(),
  resourceId: z.string(),
  result: z.looseObject({ http: z.number(), code: z.string().optional() }),
  v: z.literal(1),
  writes: z.array(z.tuple([z.string(), z.number()])).optional(),
})

/** security-and-reliability.md 4.2, with the number that the writer gave it. */
export type AuditRow = z.output<typeof rowSchema> & { readonly seq: number }

/** Throws where the text is not a row: it was sealed by us, so that is a bug, or a row of a later format. */
export function parseRow({ seq, text }: Pick<BatchEntry, 'seq' | 'text'>): AuditRow {
  return { ...rowSchema.parse(JSON.parse(text)), seq }
}
