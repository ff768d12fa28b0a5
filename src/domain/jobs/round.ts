import type { Fence, StoredRow } from '#ports/record-store.ts'
import { allFamilies, type Context } from '#domain/context.ts'
import { LeaseLost } from '#domain/perform.ts'
import { kinds } from '#domain/records/kinds.ts'
import { createLease } from './lease.ts'
import { createRest, type Rest } from './rest.ts'
import { runStep, runTask } from './run-step.ts'
import type { Due, DueTask, JobRunner, Reaction } from './task.ts'

const schedulerLease = { name: 'scheduler', holdMs: 15_000, renewMs: 5_000 } as const
const pageRows = 100

export interface Round {
  /** Queues work that does not wait for a due time; answers whether there is any. */
  want(task: DueTask, due: readonly Due[]): boolean
  /** Time has passed: the next pass looks at what nobody was told of too. */
  beat(): void
  /** Does what there is, one step of each job; answers whether there is more to do at once. */
  pass(): Promise<boolean>
}

/** What there is to do. */
export interface RoundParts {
  readonly tasks: readonly DueTask[]
  readonly runners: readonly JobRunner[]
  readonly reactions?: readonly Reaction[]
}

/** One look of the scheduler at everything, under its lease. */
export function createRound(context: Context, parts: RoundParts): Round {
  const queue = new Map<string, { readonly task: DueTask; readonly due: Due }>()
  const rest = createRest(() => context.ground.clock.monotonic())
  const lease = createLease(context, schedulerLease)
  let beaten = true
  const want = (task: DueTask, dues: readonly Due[]): boolean => {
    for (const due of dues) queue.set(JSON.stringify([task.operation, due.compartment, due.path]), { task, due })
    return dues.length > 0
  }
  async function afterBeat(): Promise<void> {
    beaten = false
    for (const reaction of parts.reactions ?? []) want(reaction.task, await reaction.sweep())
  }
  return {
    want,
    beat: () => void (beaten = true),
    async pass() {
      const fence = await lease.fence()
      // Another node's: it does the work, and this one looks again at the next beat.
      if (fence === undefined) return false
      try {
        if (beaten) await afterBeat()
        for (const [name, { task, due }] of queue) {
          queue.delete(name)
          await runTask(context, { task, due, fence })
        }
        const due = await runDue(context, parts.tasks, { fence, rest })
        const jobs = await runJobs(context, parts.runners, { fence, rest })
        return due || jobs
      } catch (cause) {
        if (!(cause instanceof LeaseLost)) throw cause
        lease.drop()
        return false
      }
    },
  }
}

interface Under {
  readonly fence: Fence
  readonly rest: Rest
}

async function runDue(context: Context, tasks: readonly DueTask[], { fence, rest }: Under): Promise<boolean> {
  const rows = await context.store.due(context.ground.clock.now(), pageRows + rest.size())
  let worked = false
  for (const row of rows) {
    if (rest.rests(row.id)) continue
    const found = taskOf(context, tasks, row)
    const done = found !== undefined && (await runTask(context, { ...found, fence }))
    if (done) worked = true
    else rest.lay(row.id)
  }
  return worked
}

async function runJobs(context: Context, runners: readonly JobRunner[], { fence, rest }: Under): Promise<boolean> {
  let worked = false
  for (const job of context.jobs.peek()) {
    if (job.value.state !== 'running' || rest.rests(job.id)) continue
    const runner = runners.find(one => one.kind === job.value.kind)
    if (runner !== undefined && (await runStep(context, { runner, job, fence, rest }))) worked = true
  }
  return worked
}

/** The row's columns are hints: what counts is the body, opened and looked at by the task itself. */
function taskOf(context: Context, tasks: readonly DueTask[], row: StoredRow): { readonly task: DueTask; readonly due: Due } | undefined {
  const task = tasks.find(one => kinds[one.family] === row.kind)
  const family = allFamilies.find(one => kinds[one.name] === row.kind)
  if (task === undefined || family === undefined) return undefined
  const { compartment, path } = context.ground.view.open(family, row)
  return { task, due: { compartment, path } }
}
