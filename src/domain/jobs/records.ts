import { z } from 'zod'
import { millis } from '#model/brands.ts'
import { family } from '#domain/records/family.ts'

const job = z.object({
  id: z.string(),
  /** Which runner takes it: `deleteGroup`, `rewrapSet`. */
  kind: z.string(),
  state: z.enum(['running', 'succeeded', 'failed', 'canceled']),
  /** What it works on, and how far it came: the runner's own. */
  input: z.record(z.string(), z.string()),
  cursor: z.string().optional(),
  done: z.number().int(),
  total: z.number().int().optional(),
  startedAt: z.number().int(),
  endedAt: z.number().int().optional(),
  /** Who asked for it. */
  askedBy: z.string(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
  dueAt: z.number().int().optional(),
})
export type Job = z.output<typeof job>

/** What outlives a request; in the compartment of what it works on; path: id. Polled by whoever asked. */
export const jobs = family<Job, readonly [id: string]>({
  name: 'jobs',
  schema: job,
  format: 1,
  residency: 'resident',
  ruling: false,
  dueAt: value => (value.dueAt === undefined ? undefined : millis(value.dueAt)),
})
