import type { Millis } from '#model/brands.ts'
import type { AuditRow } from '#domain/audit/parse-row.ts'
import type { AuditCursor } from '#domain/audit/query.ts'
import { trailRowOf } from '#domain/audit/trail-row.ts'
import type { Permit } from '#domain/access/permit.ts'
import type { Needs } from '#domain/context.ts'

/** So long the past is shown without a trail. */
const shownDays = 90
const dayMs = 86_400_000
/** Rows that one call looks at: what is rarer comes with the next page. */
const rowsMax = 50_000

export interface LookingUp<T> {
  readonly permit: Permit<'trail.lookUp'>
  readonly accountId: string
  readonly region: string
  readonly now: Millis
  /** Epoch milliseconds, both included. */
  readonly from?: number
  readonly until?: number
  /** Where an earlier page ended. */
  readonly before: AuditCursor
  readonly limit: number
  /** What of a row is wanted, or `undefined`. */
  pick(row: AuditRow): T | undefined
}

export interface LookedUp<T> {
  readonly found: readonly T[]
  /** There is more, or there may be: behind here. */
  readonly next: AuditCursor | undefined
}

/** What was recorded in an account’s Region, newest first: changes and reads of things, not uses of what is in them. */
export async function lookUp<T>({ audit }: Needs<'audit'>, asked: LookingUp<T>): Promise<LookedUp<T>> {
  const since = Math.max(asked.from ?? 0, asked.now - shownDays * dayMs)
  const found: T[] = []
  const behind: Record<number, number> = { ...asked.before }
  let looked = 0
  for await (const row of audit.backwards({ before: asked.before, since })) {
    if (found.length >= asked.limit || looked >= rowsMax) return { found, next: behind }
    looked += 1
    behind[row.node] = row.seq
    const picked = isWithin(row, since, asked.until) && isOf(row, asked) ? asked.pick(row) : undefined
    if (picked !== undefined) found.push(picked)
  }
  return { found, next: undefined }
}

function isWithin({ at }: AuditRow, since: number, until = Number.POSITIVE_INFINITY): boolean {
  const time = Temporal.Instant.from(at).epochMilliseconds
  return time >= since && time <= until
}

function isOf(row: AuditRow, { accountId, region }: Pick<LookingUp<unknown>, 'accountId' | 'region'>): boolean {
  const read = trailRowOf(row)
  return read !== undefined && read.recipient === accountId && read.trail.region === region && read.trail.data !== true
}
