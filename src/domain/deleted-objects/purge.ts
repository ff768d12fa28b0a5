import { removeAppRolesOf } from '#domain/app-roles/assignments.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { sweepMember, sweepMembers } from '#domain/groups/sweep-memberships.ts'
import type { DueTask } from '#domain/jobs/task.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { keptDeletedMs } from './records.ts'
import { isDeletedWith, type HeldDeleted } from './restore.ts'

type PurgeNeeds = Needs<'deletedObjects' | 'memberships' | 'permissionGrants' | 'appRoleAssignments' | 'identity' | 'jobs' | 'ground'>

/** Far more than any application has; what is beyond names ids that come never again. */
const grantsAtOnce = 200

/** For good, with its memberships and consents, and of a user the password. Role assignments stay and count for nobody, as Azure leaves them. */
export async function purgeDeleted(
  context: PurgeNeeds,
  call: Call,
  request: { readonly permit: Permit<'directory.write'>; readonly deleted: HeldDeleted },
): Promise<void> {
  assertPermits(request.permit, rootScope)
  await destroy(context, call, request.deleted)
}

async function destroy(context: PurgeNeeds, call: Call, deleted: HeldDeleted): Promise<void> {
  const { object } = deleted.value
  context.deletedObjects.remove(call, deleted)
  if (object.kind === 'user') call.materials.push({ removeOf: deleted.id })
  if (object.kind === 'application') return destroyWith(context, call, { deleted, applicationId: object.value.id })
  const at = { compartment: deleted.compartment, id: object.value.id }
  await removeAppRolesOf(context, call, at)
  if (object.kind === 'group') await sweepMembers(context, call, at)
  if (object.kind === 'servicePrincipal') removeConsents(context, call, at)
  await sweepMember(context, call, at)
}

async function destroyWith(
  context: PurgeNeeds,
  call: Call,
  { deleted, applicationId }: { readonly deleted: HeldDeleted; readonly applicationId: string },
): Promise<void> {
  for (const held of context.deletedObjects.all(call, deleted.compartment, ({ value }) => isDeletedWith(value, applicationId)))
    await destroy(context, call, held)
}

function removeConsents(
  context: PurgeNeeds,
  call: Call,
  { compartment, id }: { readonly compartment: HeldDeleted['compartment']; readonly id: string },
): void {
  const named = context.permissionGrants.all(call, compartment, ({ value }) => value.clientId === id || value.resourceId === id)
  for (const grant of named.slice(0, grantsAtOnce)) context.permissionGrants.remove(call, grant)
}

/** Thirty days after. */
export const purgeDeletedTask: DueTask = {
  family: 'deletedObjects',
  operation: 'DirectoryObjectPurgeIfDue',
  async run(context, call, { compartment, path }) {
    const [id] = path
    const held = id === undefined ? undefined : await context.deletedObjects.get(call, compartment, [id])
    if (held === undefined || call.at < held.value.deletedAt + keptDeletedMs) return false
    context.access.permit(call, 'instance.operate', { on: rootScope })
    const { object, tenantId } = held.value
    call.resource = `/tenants/${tenantId}/deletedItems/${object.value.id}`
    call.details.set('kind', object.kind)
    await destroy(context, call, held)
    return true
  },
}
