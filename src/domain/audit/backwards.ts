import type { AuditBatch } from '#ports/audit-log.ts'
import { openBatch } from './batch.ts'
import { type AuditRow, parseRow } from './parse-row.ts'
import type { BackwardsFilter, QueryParts } from './query.ts'

/** Numbers of rows that are looked at together: as many batches as begin in them. */
const windowRows = 512
const page = 64

/** Rows newest first, nodes merged by time. */
export async function* queryBackwards(parts: QueryParts, { before, since }: BackwardsFilter): AsyncGenerator<AuditRow> {
  const lanes: { readonly rows: AsyncGenerator<AuditRow, void>; next: AuditRow | undefined }[] = []
  for (const node of await parts.log.nodes()) {
    const rows = rowsOf(parts, { node, before: before[node], since })
    lanes.push({ rows, next: await nextOf(rows) })
  }
  for (;;) {
    const newest = lanes.reduce<(typeof lanes)[number] | undefined>(
      (best, lane) => (lane.next !== undefined && (best?.next === undefined || lane.next.at > best.next.at) ? lane : best),
      undefined,
    )
    if (newest?.next === undefined) return
    yield newest.next
    newest.next = await nextOf(newest.rows)
  }
}

async function nextOf(rows: AsyncGenerator<AuditRow, void>): Promise<AuditRow | undefined> {
  const { value } = await rows.next()
  return value ?? undefined
}

interface OneNode {
  readonly node: number
  readonly before: number | undefined
  readonly since: number
}

async function* rowsOf({ log, cipher, compartment }: QueryParts, { node, before, since }: OneNode): AsyncGenerator<AuditRow, void> {
  let high = before ?? (await endOf(log, node)) + 1
  while (high > 1) {
    const low = Math.max(0, high - 1 - windowRows)
    const batches = await batchesBetween(log, { node, low, high })
    for (const batch of batches.toReversed()) {
      // Batches of a node are in the order of their time.
      if (batch.at < since) return
      const entries = openBatch(cipher, compartment, batch).filter(entry => before === undefined || entry.seq < before)
      yield* entries.toReversed().map(parseRow)
    }
    high = low + 1
  }
}

/** Those whose first row is numbered above `low` and below `high`. */
async function batchesBetween(
  log: QueryParts['log'],
  { node, low, high }: { readonly node: number; readonly low: number; readonly high: number },
): Promise<readonly AuditBatch[]> {
  const found: AuditBatch[] = []
  for (let after = low; ;) {
    const batches = await log.batches(node, after, page)
    const inside = batches.filter(batch => batch.seq < high)
    found.push(...inside)
    if (inside.length < page) return found
    after = inside.at(-1)?.seq ?? high
  }
}

/** Number of the node's last row. */
async function endOf(log: QueryParts['log'], node: number): Promise<number> {
  const last = await log.lastBatch(node)
  return last === undefined ? 0 : last.seq + last.count - 1
}
