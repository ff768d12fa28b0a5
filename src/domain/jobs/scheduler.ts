import type { Change } from '#ports/record-store.ts'
import type { Context } from '#domain/context.ts'
import { kinds } from '#domain/records/kinds.ts'
import { createRound, type Round, type RoundParts } from './round.ts'

export interface SchedulerParts extends RoundParts {
  /** How often it looks without being called. News call it at once. */
  readonly intervalMs: number
}

export interface Scheduler {
  /** Resolves when the step under way is committed; nothing is begun after. */
  stop(): Promise<void>
}

/** After a look that found nothing to go on with, the next is so far off: a storm of news makes one look of many. */
const gapMs = 20

/**
 * The one place where the instance acts by itself: records that are due, reactions to news, steps of jobs. A leased singleton, each step one
 * `perform` with the lease's epoch in the same commit: who was paused and wakes up writes nothing. Keeps nothing that a restart would miss.
 */
export function startScheduler(context: Context, parts: SchedulerParts): Scheduler {
  const { clock, view } = context.ground
  const round = createRound(context, parts)
  const calls = callsOf(parts, round)
  // `running`: until its rest is over.
  const state: { stopped: boolean; wanted: boolean; running: Promise<void> | undefined } = {
    stopped: false,
    wanted: false,
    running: undefined,
  }
  let cancel = (): void => undefined

  function run(): void {
    if (state.stopped || state.running !== undefined) return
    state.wanted = false
    state.running = passOnce(context, round).then(more => {
      state.wanted ||= more
      if (more) again()
      else cancel = clock.after(gapMs, again)
      return undefined
    })
  }
  function again(): void {
    state.running = undefined
    if (state.wanted) run()
  }
  function tick(): void {
    if (state.stopped) return
    round.beat()
    state.wanted = true
    run()
    beat = clock.after(parts.intervalMs, tick)
  }
  view.onNews(news => {
    if (state.stopped || !calls(news)) return
    state.wanted = true
    run()
  })
  let beat = clock.after(0, tick)
  return {
    async stop() {
      state.stopped = true
      beat()
      cancel()
      await state.running
    },
  }
}

/** Do these news call the scheduler? What reactions have to do because of them is queued. */
function callsOf(parts: SchedulerParts, round: Round): (news: readonly Change[]) => boolean {
  const watched = new Set<number>([kinds.jobs, ...parts.tasks.map(task => kinds[task.family])])
  return news => {
    const queued = (parts.reactions ?? []).map(reaction => round.want(reaction.task, reaction.affected(news)))
    return queued.includes(true) || news.some(change => watched.has(change.kind))
  }
}

async function passOnce(context: Context, round: Round): Promise<boolean> {
  try {
    return await round.pass()
  } catch (cause) {
    context.log.error('scheduler.pass-failed', cause)
    return false
  }
}
