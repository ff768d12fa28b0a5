import { z } from 'zod'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { subscriptionScope } from '#domain/resources/scopes.ts'
import { mayRead } from '#domain/resources/visible.ts'
import { Problem } from '#model/problem.ts'
import { finishedAt, isoTime } from './answers.ts'
import { location, namespace, subscriptionId } from './params.ts'
import type { ArmSite } from './site.ts'

export const ofOperation = z.object({
  subscriptionId,
  provider: namespace,
  location,
  operation: z.string().regex(/^[\w-]{1,128}$/, 'The operation ID is invalid.'),
})

/** What a job's record says, or an operation's own id. */
export interface OperationState {
  readonly id: string
  readonly status: 'InProgress' | 'Succeeded' | 'Failed' | 'Canceled'
  readonly startedAt: number
  readonly endedAt?: number
  readonly percentComplete?: number
  readonly error?: { readonly code: string; readonly message: string }
}

const statuses = { running: 'InProgress', succeeded: 'Succeeded', failed: 'Failed', canceled: 'Canceled' } as const

/** The operation of a path, to whoever asked for it, and to whoever may read the operations of the subscription. Raises `ResourceNotFound`. */
export async function operationState(
  context: Context,
  call: Call,
  at: { readonly site: ArmSite; readonly params: z.output<typeof ofOperation> },
): Promise<OperationState> {
  const { site, params } = at
  const id = params.operation
  const done = finishedAt(site, id)
  if (done !== undefined) return { id, status: 'Succeeded', startedAt: done, endedAt: done }
  const job = await context.jobs.get(call, compartmentOfGuid(params.subscriptionId), [id])
  const mine = job?.value.askedBy === call.who.id
  if (
    job === undefined ||
    !(mine || mayRead(context, call, { permission: 'operation.read', on: subscriptionScope(params.subscriptionId) }))
  )
    throw new Problem({ code: 'ResourceNotFound', details: { type: `${params.provider}/locations/operations`, name: id } })
  const { state, startedAt, endedAt, done: pieces, total, error } = job.value
  return {
    id,
    status: statuses[state],
    startedAt,
    ...(endedAt !== undefined && { endedAt }),
    ...(total !== undefined && total > 0 && { percentComplete: Math.min(100, Math.floor((100 * pieces) / total)) }),
    ...(error !== undefined && { error }),
  }
}

/** The operation document of `Azure-AsyncOperation` (identity-and-arm.md 2.4). */
export const operationDocument = (path: string, state: OperationState) => ({
  id: path,
  name: state.id,
  status: state.status,
  startTime: isoTime(state.startedAt),
  ...(state.endedAt !== undefined && { endTime: isoTime(state.endedAt) }),
  ...(state.percentComplete !== undefined && { percentComplete: state.percentComplete }),
  ...(state.error !== undefined && { error: state.error }),
})
