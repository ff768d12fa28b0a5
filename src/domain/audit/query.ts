import type { CompartmentId } from '#model/brands.ts'
import type { AuditBatch, AuditLog } from '#ports/audit-log.ts'
import { type BatchCipher, openBatch } from './batch.ts'
import { type AuditRow, parseRow } from './parse-row.ts'

export interface QueryParts {
  readonly log: Pick<AuditLog, 'nodes' | 'batches' | 'heads' | 'lastBatch'>
  readonly cipher: BatchCipher
  readonly compartment: CompartmentId
}

/** All that are given must hold. */
export interface AuditFilter {
  /** Epoch milliseconds, included. */
  readonly since?: number
  /** Part of the resource's id, in any case. */
  readonly resource?: string
  /** Object id, application or credential. */
  readonly principal?: string
  readonly denied?: boolean
  readonly limit?: number
  /** Where an earlier answer ended. */
  readonly after?: AuditCursor
}

/** The audit as a verb may read it: rows that the filter lets through, oldest first. */
export type AuditTrail = (filter: AuditFilter) => AsyncIterable<AuditRow>

/** The audit as who follows it reads it. */
export interface AuditPages {
  /** Rows that the filter lets through, and where the reading ended: all before it was looked at. */
  page(filter: AuditFilter): Promise<AuditPage>
  /** Where the log ends now. */
  end(): Promise<AuditCursor>
  /** Rows newest first. */
  backwards(filter: BackwardsFilter): AsyncIterable<AuditRow>
}

export interface BackwardsFilter {
  /** Rows of a node from this number on are left out; absent: from the end. */
  readonly before: AuditCursor
  /** Epoch milliseconds: what was sealed earlier is not looked at. */
  readonly since: number
}

export interface AuditPage {
  readonly rows: readonly AuditRow[]
  readonly end: AuditCursor
}

/** Number of the last row seen, by node. */
export type AuditCursor = Readonly<Record<number, number>>

/** Where the log ends now. */
export async function auditEnd(log: Pick<AuditLog, 'nodes' | 'lastBatch'>): Promise<AuditCursor> {
  const ends: Record<number, number> = {}
  for (const node of await log.nodes()) {
    const last = await log.lastBatch(node)
    if (last !== undefined) ends[node] = last.seq + last.count - 1
  }
  return ends
}

/** Behind the last of these rows; those of a node come in their order. */
export function behindRows(rows: readonly Pick<AuditRow, 'node' | 'seq'>[], before: AuditCursor): AuditCursor {
  const seen: Record<number, number> = { ...before }
  for (const { node, seq } of rows) seen[node] = Math.max(seq, seen[node] ?? 0)
  return seen
}

const page = 64

/** Rows oldest first, nodes merged by time. */
export async function* queryAudit(parts: QueryParts, filter: AuditFilter): AsyncGenerator<AuditRow> {
  const wanted = matcher(filter)
  let left = filter.limit ?? Number.POSITIVE_INFINITY
  if (left <= 0) return
  for await (const batch of merged(parts, filter)) {
    for (const row of rowsOf(parts, batch)) {
      if (row.seq <= (filter.after?.[row.node] ?? 0) || !wanted(row)) continue
      yield row
      left -= 1
      if (left <= 0) return
    }
  }
}

const rowsOf = ({ cipher, compartment }: QueryParts, batch: AuditBatch): readonly AuditRow[] =>
  openBatch(cipher, compartment, batch).map(parseRow)

function matcher({ since, resource, principal, denied }: AuditFilter): (row: AuditRow) => boolean {
  const part = resource?.toLowerCase()
  const from = since === undefined ? undefined : Temporal.Instant.fromEpochMilliseconds(since).toString({ smallestUnit: 'millisecond' })
  const tests: ((row: AuditRow) => boolean)[] = []
  if (from !== undefined) tests.push(row => row.at >= from)
  if (part !== undefined) tests.push(row => row.resourceId.toLowerCase().includes(part))
  if (principal !== undefined) tests.push(({ actor }) => [actor.oid, actor.appid, actor.credentialId].includes(principal))
  if (denied === true) tests.push(row => !row.decision.allow)
  return row => tests.every(test => test(row))
}

interface Lane {
  readonly next: () => Promise<void>
  readonly first: () => AuditBatch | undefined
}

/** Batches of all nodes by the time they were sealed. */
async function* merged(parts: QueryParts, filter: AuditFilter): AsyncGenerator<AuditBatch> {
  const lanes: Lane[] = []
  for (const node of await parts.log.nodes()) lanes.push(await laneOf(parts, { node, filter }))
  for (;;) {
    const lane = earliest(lanes)
    const batch = lane?.first()
    if (lane === undefined || batch === undefined) return
    yield batch
    await lane.next()
  }
}

const earliest = (lanes: readonly Lane[]): Lane | undefined =>
  lanes.filter(lane => lane.first() !== undefined).sort((a, b) => (a.first()?.at ?? 0) - (b.first()?.at ?? 0))[0]

async function laneOf({ log }: QueryParts, { node, filter }: { readonly node: number; readonly filter: AuditFilter }): Promise<Lane> {
  let after = await startOf(log, { node, filter })
  let waiting: readonly AuditBatch[] = await log.batches(node, after, page)
  return {
    first: () => waiting[0],
    async next() {
      after = waiting[0]?.seq ?? after
      waiting = waiting.slice(1)
      if (waiting.length === 0) waiting = await log.batches(node, after, page)
    },
  }
}

/** Skips, by the columns in the clear alone, batches that were sealed before `since` or seen before. */
async function startOf(log: QueryParts['log'], { node, filter }: { readonly node: number; readonly filter: AuditFilter }): Promise<number> {
  const { since = 0, after = {} } = filter
  const seen = after[node] ?? 0
  let start = await nearestBefore(log, { node, seen })
  for (let heads = await log.heads(node, start, page); heads.length > 0; heads = await log.heads(node, start, page)) {
    for (const head of heads) {
      if (head.at >= since && head.seq + head.count - 1 > seen) return start
      start = head.seq
    }
  }
  return start
}

/** No batch has nearly so many rows; where one had, the search begins at the first. */
const surelyBack = 8_192

/** A place before the batch that the row `seen` is in, so that who follows a long log need not walk it from its beginning. */
async function nearestBefore(log: QueryParts['log'], { node, seen }: { readonly node: number; readonly seen: number }): Promise<number> {
  if (seen <= surelyBack) return 0
  const [near] = await log.heads(node, seen - surelyBack, 1)
  return near !== undefined && near.seq <= seen ? near.seq - 1 : 0
}
