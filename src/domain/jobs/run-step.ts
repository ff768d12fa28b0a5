import { Problem, problemKinds } from '#model/problem.ts'
import type { Fence } from '#ports/record-store.ts'
import type { Context } from '#domain/context.ts'
import { performAsSystem } from './perform-as-system.ts'
import type { Rest } from './rest.ts'
import { endJob, jobError, runningJob, type HeldJob } from './start-job.ts'
import type { Due, DueTask, JobRunner } from './task.ts'

/** A job that meets a bug so many times in a row has failed. */
const bugsMax = 5

/** Answers whether anything was done; a refusal has its entry and is not more. */
export async function runTask(
  context: Context,
  what: { readonly task: DueTask; readonly due: Due; readonly fence: Fence },
): Promise<boolean> {
  const { task, due, fence } = what
  const end = await performAsSystem(context, {
    operation: task.operation,
    resource: `${task.family}/${due.path.join('/')}`,
    fence,
    run: async call => task.run(context, call, due),
  })
  if (!('failed' in end)) return end.done
  if (!(end.failed instanceof Problem)) context.log.error('scheduler.task-failed', end.failed, { operation: task.operation })
  return false
}

export interface StepOfJob {
  readonly runner: JobRunner
  readonly job: HeldJob
  readonly fence: Fence
  readonly rest: Rest
}

/** Answers whether the job came on; what waits (a full disk, a busy store) is tried again after a second. */
export async function runStep(context: Context, { runner, job, fence, rest }: StepOfJob): Promise<boolean> {
  const resource = `jobs/${job.value.id}`
  const end = await performAsSystem(context, {
    operation: runner.operation,
    resource,
    fence,
    async run(call) {
      const now = await runningJob(context, call, job)
      if (now === undefined) return false
      await runner.step(context, call, now)
      return true
    },
  })
  if (!('failed' in end)) {
    rest.clear(job.id)
    return end.done
  }
  const { failed } = end
  const refused = failed instanceof Problem
  if (!refused) context.log.error('scheduler.job-failed', failed, { operation: runner.operation, job: job.value.id })
  const waits = refused ? problemKinds[failed.body.code] === 'unavailable' : rest.bugs(job.id) < bugsMax
  if (waits) {
    rest.lay(job.id, 1_000)
    return false
  }
  const error = refused ? jobError(failed) : { code: 'InternalError', message: 'The operation failed; the reason is in the log.' }
  await performAsSystem(context, {
    operation: `${runner.operation}Failed`,
    resource,
    fence,
    async run(call) {
      const now = await runningJob(context, call, job)
      if (now === undefined) return false
      endJob(context, call, { job: now, state: 'failed', error })
      await runner.failed?.(context, call, { job: now, error })
      return true
    },
  })
  return true
}
