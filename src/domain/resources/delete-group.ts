import { Problem } from '#model/problem.ts'
import { standsIn } from './scopes.ts'
import type { Call } from '#domain/call.ts'
import type { Context, Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { removeAssignmentsIn } from '#domain/access/scope-assignments.ts'
import { endJob, advanceJob, jobError, runningJob, startJob, type HeldJob } from '#domain/jobs/start-job.ts'
import type { JobRunner } from '#domain/jobs/task.ts'
import { changedNow } from './envelope.ts'
import { resourceTypes, type HeldResource, type ResourceType } from './group-contents.ts'
import type { HeldGroup } from './groups.ts'

/** Resources that one step takes: a step is one commit. */
const stepResources = 20
/** What goes with them counts too, role assignments above all: a commit holds no more than a thousand changes. */
const stepChanges = 100

const kind = 'deleteGroup'

/** Marks the group and starts the job that empties it: nothing new is made in it from now on. Asked again, the same job answers. */
export async function startGroupDeletion(
  context: Needs<'resourceGroups' | 'jobs' | 'ground'>,
  call: Call,
  request: { readonly permit: Permit<'group.delete'>; readonly group: HeldGroup },
): Promise<HeldJob> {
  const { permit, group } = request
  assertPermits(permit, group.value.scope)
  const running = context.jobs.all(
    call,
    group.compartment,
    ({ value }) => value.kind === kind && value.state === 'running' && value.input['group'] === group.path[0],
  )
  const [known] = running
  if (known !== undefined) return known
  context.resourceGroups.update(call, group, { ...group.value, ...changedNow(call), provisioningState: 'Deleting' })
  return startJob(context, call, { compartment: group.compartment, kind, input: { group: group.path[0] } })
}

interface Inside {
  readonly resource: HeldResource
  readonly type: ResourceType
}

function contentsOf(context: Context, group: HeldGroup): readonly Inside[] {
  return resourceTypes.flatMap(type =>
    type
      .peek(context)
      .filter(resource => resource.compartment === group.compartment && standsIn(resource.value.scope, group.value.scope))
      .map(resource => ({ resource, type })),
  )
}

/** The next few resources of one type; the group itself when nothing is left. */
async function step(context: Context, call: Call, job: HeldJob): Promise<void> {
  const now = await runningJob(context, call, job)
  const name = job.value.input['group'] ?? ''
  const group = await context.resourceGroups.get(call, job.compartment, [name])
  if (now === undefined) return
  if (group === undefined) {
    endJob(context, call, { job: now, state: 'succeeded' })
    return
  }
  call.resource = group.value.id
  const permit = context.access.permit(call, 'group.delete', { on: group.value.scope })
  const contents = contentsOf(context, group)
  const [first] = contents
  if (first === undefined) {
    await removeGroup(context, call, { permit, group })
    endJob(context, call, { job: now, state: 'succeeded' })
    return
  }
  const some = contents.filter(({ type }) => type === first.type).slice(0, stepResources)
  let gone = 0
  for (const { resource, type } of some) {
    await type.remove(context, call, resource)
    gone += 1
    if (call.staged.size >= stepChanges) break
  }
  advanceJob(context, call, { job: now, done: now.value.done + gone })
}

async function removeGroup(
  context: Context,
  call: Call,
  { permit, group }: { readonly permit: Permit<'group.delete'>; readonly group: HeldGroup },
): Promise<void> {
  const { scope } = group.value
  assertPermits(permit, scope)
  const subscriptionId = (scope[1] ?? '').slice('/subscriptions/'.length)
  const subscription = await context.subscriptions.get(call, group.compartment, [subscriptionId])
  if (subscription !== undefined) removeAssignmentsIn(context, call, { tenantId: subscription.value.tenantId, scope })
  context.resourceGroups.remove(call, group)
}

/** What cannot go ends the job with its refusal; the group lives on with what is left. */
async function stepOrFail(context: Context, call: Call, job: HeldJob): Promise<void> {
  const staged = new Map(call.staged)
  const materials = call.materials.length
  try {
    await step(context, call, job)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    call.staged.clear()
    for (const [id, record] of staged) call.staged.set(id, record)
    call.materials.length = materials
    call.effects.length = 0
    const group = await context.resourceGroups.get(call, job.compartment, [job.value.input['group'] ?? ''])
    if (group !== undefined)
      context.resourceGroups.update(call, group, { ...group.value, ...changedNow(call), provisioningState: 'Succeeded' })
    const now = await runningJob(context, call, job)
    if (now !== undefined) endJob(context, call, { job: now, state: 'failed', error: jobError(error) })
  }
}

export const deleteGroupRunner: JobRunner = { kind, operation: 'ResourceGroupDeleteStep', step: stepOrFail }
