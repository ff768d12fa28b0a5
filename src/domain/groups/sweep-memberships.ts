import type { CompartmentId } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Context, Needs } from '#domain/context.ts'
import { advanceJob, endJob, runningJob, startJob, type HeldJob } from '#domain/jobs/start-job.ts'
import type { JobRunner } from '#domain/jobs/task.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import type { HeldMembership } from './membership-index.ts'

const kind = 'sweepMemberships'
/** A commit holds so many changes and no more. */
export const membershipsAtOnce = 400

type SweepNeeds = Needs<'memberships' | 'identity' | 'jobs' | 'ground'>

interface Gone {
  readonly compartment: CompartmentId
  readonly id: string
}

/** Memberships of a group that is gone for good: a few go with it, many by a job. What they gave has ended either way. */
export const sweepMembers = async (context: SweepNeeds, call: Call, group: Gone): Promise<void> =>
  sweep(context, call, { ...group, as: 'group' })

/** The same of whatever was in groups itself. */
export const sweepMember = async (context: SweepNeeds, call: Call, member: Gone): Promise<void> =>
  sweep(context, call, { ...member, as: 'member' })

async function sweep(context: SweepNeeds, call: Call, gone: Gone & { readonly as: 'group' | 'member' }): Promise<void> {
  const { compartment, id, as } = gone
  const left = leftOf(context, gone)
  if (left.length <= membershipsAtOnce) await remove(context, call, left)
  else await startJob(context, call, { compartment, kind, input: { [as]: id }, total: left.length })
}

const leftOf = (
  { identity }: Needs<'identity'>,
  { id, as }: { readonly id: string; readonly as: 'group' | 'member' },
): readonly HeldMembership[] => (as === 'group' ? identity.memberships.namedIn(id) : identity.memberships.namedOf(id))

async function remove(context: Needs<'memberships'>, call: Call, members: readonly HeldMembership[]): Promise<void> {
  for (const { compartment, path } of members) {
    const held = await context.memberships.get(call, compartment, path)
    if (held !== undefined) context.memberships.remove(call, held)
  }
}

/** The next few. An id comes never again once its object is gone for good, so that none of them is anybody's. */
async function step(context: Context, call: Call, job: HeldJob): Promise<void> {
  const now = await runningJob(context, call, job)
  if (now === undefined) return
  const { group, member } = job.value.input
  const gone = group === undefined ? ({ id: member ?? '', as: 'member' } as const) : ({ id: group, as: 'group' } as const)
  call.resource = group === undefined ? `directoryObjects/${gone.id}` : `groups/${gone.id}`
  context.access.permit(call, 'instance.operate', { on: rootScope })
  const some = leftOf(context, gone).slice(0, membershipsAtOnce)
  await remove(context, call, some)
  if (some.length < membershipsAtOnce) endJob(context, call, { job: now, state: 'succeeded' })
  else advanceJob(context, call, { job: now, done: now.value.done + some.length })
}

export const sweepMembershipsRunner: JobRunner = { kind, operation: 'GroupSweepMemberships', step }
