import type { Problem } from '#model/problem.ts'
import type { CompartmentId } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Held } from '#domain/records/family.ts'
import type { Job } from './records.ts'

export type HeldJob = Held<Job, readonly [id: string]>

/** Operation documents stay for so long after the end; then the scheduler removes them. */
export const keptAfterEndMs = 24 * 60 * 60_000

/** Stages work that outlives the request: the scheduler begins with it as soon as it is committed. `input` holds names and ids, never secrets. */
export async function startJob(
  context: Needs<'jobs' | 'ground'>,
  call: Call,
  request: {
    readonly compartment: CompartmentId
    readonly kind: string
    readonly input: Readonly<Record<string, string>>
    readonly total?: number
  },
): Promise<HeldJob> {
  const { compartment, kind, input, total } = request
  // The id is the same in every try: an answer that has named it stays true.
  const id = await call.once(`job ${kind} ${JSON.stringify(input)}`, async () => Promise.resolve(context.ground.random.uuid()))
  return context.jobs.create(call, compartment, {
    path: [id],
    value: {
      id,
      kind,
      state: 'running',
      input: { ...input },
      done: 0,
      startedAt: call.at,
      askedBy: call.who.id,
      ...(total !== undefined && { total }),
    },
  })
}

/** Stages how far the job came. */
export function advanceJob(
  context: Needs<'jobs'>,
  call: Call,
  progress: { readonly job: HeldJob; readonly done: number; readonly cursor?: string },
): HeldJob {
  const { job, done, cursor } = progress
  return context.jobs.update(call, job, { ...job.value, done, ...(cursor !== undefined && { cursor }) })
}

/** Stages the job's end; its document can be read for a day. */
export function endJob(
  context: Needs<'jobs'>,
  call: Call,
  end: {
    readonly job: HeldJob
    readonly state: 'succeeded' | 'failed' | 'canceled'
    readonly error?: { readonly code: string; readonly message: string }
  },
): HeldJob {
  const { job, state, error } = end
  return context.jobs.update(call, job, {
    ...job.value,
    state,
    endedAt: call.at,
    dueAt: call.at + keptAfterEndMs,
    ...(error !== undefined && { error: { ...error } }),
  })
}

/** The job as a step must see it: still there, still running. Notes it in the call. */
export async function runningJob(context: Needs<'jobs'>, call: Call, job: HeldJob): Promise<HeldJob | undefined> {
  const now = await context.jobs.get(call, job.compartment, job.path)
  return now?.value.state === 'running' ? now : undefined
}

/** A refusal as a job's document shows it: the code, and nothing of anybody's secrets. */
export function jobError(problem: Problem): { readonly code: string; readonly message: string } {
  const { code, details } = problem.body
  const message = details !== undefined && 'message' in details ? details.message : `The operation failed with ${code}.`
  return { code: details !== undefined && 'code' in details && typeof details.code === 'string' ? details.code : code, message }
}
