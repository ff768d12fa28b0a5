import type { Needs } from '#domain/context.ts'
import type { Listener } from '#domain/audit/follow.ts'
import type { AuditRow } from '#domain/audit/parse-row.ts'
import type { AuditCursor } from '#domain/audit/query.ts'
import { createTally, rings, rungBy, type Told } from './rule.ts'
import type { Alarm } from './records.ts'

/** What rang, on its way. */
export interface Ringing {
  readonly told: Told
  readonly row: AuditRow
  /** Everything before it was told. */
  readonly before: AuditCursor
}

/** One alarm's way to one place: in order, each until it is taken. */
export interface Lane extends Listener {
  /** Up to where all was told, and whether that has moved on since it was kept. */
  settled(): { readonly position: AuditCursor; readonly rungAt: number | undefined }
  /** At once: what is under way is told again after the next start, under the same id. */
  stop(): void
}

export interface LaneParts {
  readonly alarm: Alarm
  readonly from: AuditCursor
  readonly tell: (row: AuditRow) => Told
  /** Rejects where it was not taken. */
  readonly deliver: (ringing: Ringing) => Promise<void>
}

/** So many wait in memory; what comes after them waits in the log. */
const queueMax = 256
const firstPauseMs = 1_000
const longestPauseMs = 60_000

export function openLane(context: Needs<'ground' | 'log' | 'trail'>, parts: LaneParts): Lane {
  const { alarm, from, tell } = parts
  const queue: Ringing[] = []
  const delivery = createDelivery(context, parts, queue)
  let position = from
  let tally: Promise<(row: AuditRow) => boolean> | undefined
  return {
    position: () => position,
    ready: () => queue.length < queueMax,
    async take(rows, end) {
      const counts = await (tally ??= tallyOf(context, { alarm, from, tell }))
      for (const row of rows) {
        const told = tell(row)
        if (!rings(alarm, rungBy(row, told)) || !counts(row)) continue
        queue.push({ told, row, before: { ...position, [row.node]: row.seq - 1 } })
      }
      position = end
      delivery.wake()
    },
    settled: () => ({ position: queue[0]?.before ?? position, rungAt: delivery.rungAt() }),
    stop: () => delivery.stop(),
  }
}

/** Refusals are counted over restarts too: those shortly before are read again, and counted without ringing. */
async function tallyOf(
  { trail, ground }: Needs<'trail' | 'ground'>,
  { alarm, from, tell }: Pick<LaneParts, 'alarm' | 'from' | 'tell'>,
): Promise<(row: AuditRow) => boolean> {
  const { denied } = alarm
  if (denied === undefined) return () => true
  const tally = createTally(denied)
  for await (const row of trail({ since: Math.max(alarm.createdAt, ground.clock.now() - denied.withinSeconds * 1_000) }))
    if (row.seq <= (from[row.node] ?? 0) && rings(alarm, rungBy(row, tell(row)))) tally(momentOf(row))
  return row => tally(momentOf(row))
}

/** Epoch milliseconds. */
export const momentOf = ({ at }: Pick<AuditRow, 'at'>): number => Temporal.Instant.from(at).epochMilliseconds

interface Delivery {
  wake(): void
  rungAt(): number | undefined
  stop(): void
}

function createDelivery({ ground, log }: Needs<'ground' | 'log'>, { alarm, deliver }: LaneParts, queue: Ringing[]): Delivery {
  const state: { running: Promise<void> | undefined; rungAt: number | undefined; failures: number } = {
    running: undefined,
    rungAt: undefined,
    failures: 0,
  }
  const over = new AbortController()
  const isOver = (): boolean => over.signal.aborted
  let endPause = (): void => undefined
  async function pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const cancel = ground.clock.after(Math.min(longestPauseMs, firstPauseMs * 2 ** (state.failures - 1)), resolve)
    endPause = () => {
      cancel()
      resolve()
    }
    await promise
  }
  async function run(): Promise<void> {
    for (let next = queue[0]; next !== undefined && !isOver(); next = queue[0]) {
      try {
        await deliver(next)
        queue.shift()
        state.failures = 0
        state.rungAt = ground.clock.now()
      } catch (cause) {
        state.failures += 1
        if (state.failures === 1) log.error('alarm.not-taken', cause, { alarm: alarm.name })
        if (!isOver()) await pause()
      }
    }
  }
  return {
    wake() {
      if (state.running !== undefined || isOver()) return
      state.running = run().finally(() => {
        state.running = undefined
      })
    },
    rungAt: () => state.rungAt,
    stop() {
      over.abort()
      endPause()
    },
  }
}
