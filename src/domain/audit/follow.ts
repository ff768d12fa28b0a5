import type { Needs } from '#domain/context.ts'
import type { AuditRow } from './parse-row.ts'
import type { AuditCursor } from './query.ts'

/** Who is told every row, in order, from where it stands. */
export interface Listener {
  /** All rows before it were taken. */
  position(): AuditCursor
  /** `false`: it has enough to do; it is asked again at the next look. */
  ready(): boolean
  /** The next rows after `position`, and where the reading ended: its new position. */
  take(rows: readonly AuditRow[], end: AuditCursor): Promise<void>
}

/** Rows that are read at once. */
const pageRows = 500
/** What is promised within two seconds has most of them left. */
const lookEveryMs = 200

/** Tells listeners what enters the log. Nothing of a request waits for it: it reads what is durable, by position, and keeps nothing that a restart would miss. */
export function followAudit(
  context: Needs<'audit' | 'ground' | 'log'>,
  listeners: () => readonly Listener[],
): { readonly stop: () => Promise<void> } {
  const { clock } = context.ground
  let running: Promise<void> = Promise.resolve()
  let cancel = (): void => undefined
  let over = false
  const next = (): void => {
    if (over) return
    cancel = clock.after(lookEveryMs, () => {
      running = tellAll(context, listeners, () => over)
        .catch((cause: unknown) => {
          context.log.error('audit.follower-failed', cause)
        })
        .finally(next)
    })
  }
  next()
  return {
    async stop() {
      over = true
      cancel()
      await running
    },
  }
}

/** Until everybody who takes has all there is. */
async function tellAll({ audit }: Needs<'audit'>, listeners: () => readonly Listener[], over: () => boolean): Promise<void> {
  for (;;) {
    const waiting = listeners().filter(one => one.ready())
    if (waiting.length === 0 || over()) return
    const end = await audit.end()
    const behind = waiting.filter(one => isBehind(one.position(), end))
    if (behind.length === 0) return
    // Most stand at the same place: it is read once for all of them.
    for (const group of Map.groupBy(behind, one => JSON.stringify(one.position())).values()) {
      const [first] = group
      const page = first === undefined ? undefined : await audit.page({ after: first.position(), limit: pageRows })
      if (page !== undefined) await Promise.all(group.map(async one => one.take(page.rows, page.end)))
    }
  }
}

const isBehind = (position: AuditCursor, end: AuditCursor): boolean =>
  Object.entries(end).some(([node, seq]) => seq > (position[Number(node)] ?? 0))
