import type { Context } from '#domain/context.ts'
import { kinds } from '#domain/records/kinds.ts'
import { createRound } from './round.ts'
import type { DueTask, JobRunner, Reaction } from './task.ts'

export interface SchedulerParts {
  readonly tasks: readonly DueTask[]
  readonly runners: readonly JobRunner[]
  readonly reactions?: readonly Reaction[]
  /** How often it looks without being called. News call it at once. */
  readonly intervalMs: number
}

export interface Scheduler {
  /** Resolves when the step under way is committed; nothing is begun after. */
  stop(): Promise<void>
}

/** A storm of news makes one look of many. */
const gapMs = 20

/**
 * The one place where the instance acts by itself: records that are due, reactions to news, steps of jobs. A leased singleton, each step one
 * `perform` with the lease's epoch in the same commit: who was paused and wakes up writes nothing. Keeps nothing that a restart would miss.
 */
export function startScheduler(context: Context, parts: SchedulerParts): Scheduler {
  const { clock, view } = context.ground
  const round = createRound(context, parts)
  const watched = new Set<number>([kinds.jobs, ...parts.tasks.map(task => kinds[task.family])])
  const state = { stopped: false, wanted: false, running: undefined as Promise<void> | undefined }
  let cancel = (): void => undefined

  function run(): void {
    if (state.stopped || state.running !== undefined) return
    state.wanted = false
    state.running = round
      .pass()
      .catch((cause: unknown) => {
        context.log.error('scheduler.pass-failed', cause)
        return false
      })
      .then(more => {
        state.running = undefined
        if (more) run()
        else if (state.wanted) cancel = clock.after(gapMs, run)
        return undefined
      })
  }
  function tick(): void {
    if (state.stopped) return
    for (const reaction of parts.reactions ?? []) round.want(reaction.task, reaction.sweep())
    state.wanted = true
    run()
    beat = clock.after(parts.intervalMs, tick)
  }
  view.onNews(news => {
    if (state.stopped) return
    const called = parts.reactions?.map(reaction => round.want(reaction.task, reaction.affected(news))).includes(true) ?? false
    if (!called && !news.some(change => watched.has(change.kind))) return
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
