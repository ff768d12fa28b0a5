import { requestDeadlineMs } from '#model/limits.ts'
import { anonymous } from '#model/principal.ts'
import { beginCall } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Flood } from '#domain/noise.ts'
import { perform } from '#domain/perform.ts'

/** Enters once a minute what was only counted: one row for each source and plane. `stop` enters the rest. */
export function startSummaries(context: Needs<'ground' | 'log'>): { stop(): Promise<void> } {
  const { clock } = context.ground
  let running: Promise<void> = Promise.resolve()
  let cancel = (): void => undefined
  const next = (): void => {
    cancel = clock.after(lookEveryMs, () => {
      running = enterFloods(context, 'past').catch((cause: unknown) => {
        context.log.error('audit.summary-failed', cause)
      })
      next()
    })
  }
  next()
  return {
    async stop() {
      cancel()
      await running
      await enterFloods(context, 'all')
    },
  }
}

const lookEveryMs = 10_000

/** Those of past minutes, or all. What the store does not take is kept for the next time. */
export async function enterFloods(context: Needs<'ground'>, which: 'past' | 'all'): Promise<void> {
  const { clock, noise } = context.ground
  for (const flood of noise.take(clock.now(), which)) if (!(await enter(context, flood))) noise.putBack(flood)
}

/** Its row is a refusal or none, like those it stands for: found by whoever looks for refusals. */
async function enter({ ground }: Needs<'ground'>, flood: Flood): Promise<boolean> {
  const { clock, random } = ground
  const requestId = random.uuid()
  const statuses = [...flood.statuses].sort(([, a], [, b]) => b - a)
  let refused = false
  await perform(ground, {
    deadlineAt: clock.monotonic() + requestDeadlineMs,
    begin(decidedAt, keepsake) {
      const call = beginCall({
        source: { requestId, plane: flood.plane },
        at: clock.now(),
        decidedAt,
        operation: 'Summary',
        resource: `requests without credentials from ${flood.source}`,
        who: anonymous,
        keepsake,
      })
      call.ruling = flood.allowed ? { allowed: true, by: 'summed-up' } : { allowed: false, because: 'summed-up' }
      call.details.set('source', flood.source)
      call.details.set('minute', Temporal.Instant.fromEpochMilliseconds(flood.minute).toString({ smallestUnit: 'minute' }))
      call.details.set('count', statuses.reduce((sum, [, count]) => sum + count, 0).toString())
      call.details.set('statuses', statuses.map(([status, count]) => `${status.toString()}: ${count.toString()}`).join(', '))
      return call
    },
    run: async () => Promise.resolve({ status: statuses[0]?.[0] ?? 0 }),
    refuse(_call, _error) {
      refused = true
      return { status: 503 }
    },
  })
  return !refused
}
