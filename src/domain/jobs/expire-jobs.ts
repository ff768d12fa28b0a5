import type { DueTask } from './task.ts'

/** Ended jobs whose day is over: nobody polls them any more. */
export const expireJobs: DueTask = {
  family: 'jobs',
  operation: 'JobExpire',
  async run(context, call, { compartment, path }) {
    const [id] = path
    if (id === undefined) return false
    const job = await context.jobs.get(call, compartment, [id])
    if (job?.value.dueAt === undefined || job.value.state === 'running' || job.value.dueAt > call.at) return false
    context.jobs.remove(call, job)
    return true
  },
}
