import type { Call } from '#domain/call.ts'
import type { Context, Needs } from '#domain/context.ts'
import { advanceJob, endJob, runningJob, startJob, type HeldJob } from '#domain/jobs/start-job.ts'
import type { JobRunner } from '#domain/jobs/task.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { membershipsAtOnce } from './leave-groups.ts'
import type { HeldGroup, HeldMembership } from './membership-index.ts'

const kind = 'sweepMemberships'

/** Memberships of a group that is deleted: a few go with it, many by a job. What they gave has ended either way. */
export async function sweepMembers(
  context: Needs<'memberships' | 'identity' | 'jobs' | 'ground'>,
  call: Call,
  group: HeldGroup,
): Promise<void> {
  const members = context.identity.memberships.namedIn(group.value.id)
  if (members.length <= membershipsAtOnce) await remove(context, call, members)
  else await startJob(context, call, { compartment: group.compartment, kind, input: { group: group.value.id }, total: members.length })
}

async function remove(context: Needs<'memberships'>, call: Call, members: readonly HeldMembership[]): Promise<void> {
  for (const { compartment, path } of members) {
    const held = await context.memberships.get(call, compartment, path)
    if (held !== undefined) context.memberships.remove(call, held)
  }
}

/** The next few. A group's id comes never again, so that none of them is anybody's. */
async function step(context: Context, call: Call, job: HeldJob): Promise<void> {
  const now = await runningJob(context, call, job)
  if (now === undefined) return
  const groupId = job.value.input['group'] ?? ''
  call.resource = `groups/${groupId}`
  context.access.permit(call, 'instance.operate', { on: rootScope })
  const some = context.identity.memberships.namedIn(groupId).slice(0, membershipsAtOnce)
  await remove(context, call, some)
  if (some.length < membershipsAtOnce) endJob(context, call, { job: now, state: 'succeeded' })
  else advanceJob(context, call, { job: now, done: now.value.done + some.length })
}

export const sweepMembershipsRunner: JobRunner = { kind, operation: 'GroupSweepMemberships', step }
