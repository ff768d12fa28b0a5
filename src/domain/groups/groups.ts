import { Problem } from '#model/problem.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { keepDeleted } from '#domain/deleted-objects/keep-deleted.ts'
import { assertManages } from '#domain/identity/owned-scope.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import type { HeldGroup } from './membership-index.ts'
import type { Group } from './records.ts'

type Write = Permit<'directory.write'>

export interface GroupChange {
  readonly displayName?: string
  readonly mailNickname?: string
  /** `null` takes it away. */
  readonly description?: string | null
}

/** A group of the tenant by its object id. Raises `DirectoryObjectNotFound`. */
export async function groupById(
  context: Needs<'groups'>,
  call: Call,
  named: { readonly tenantId: string; readonly id: string },
): Promise<HeldGroup> {
  const held = await context.groups.get(call, compartmentOfGuid(named.tenantId), [named.id.toLowerCase()])
  if (held === undefined) throw new Problem({ code: 'DirectoryObjectNotFound', details: { id: named.id } })
  return held
}

/** A security group without members; whoever makes one as a user owns it. */
export function createGroup(
  context: Needs<'groups' | 'ground'>,
  call: Call,
  request: {
    readonly permit: Write | Permit<'directory.createGroup'>
    readonly tenantId: string
    readonly group: Required<Pick<GroupChange, 'displayName' | 'mailNickname'>> & Pick<GroupChange, 'description'>
  },
): HeldGroup {
  const { permit, tenantId, group } = request
  assertPermits(permit, rootScope)
  const id = context.ground.random.uuid()
  const bare: Group = {
    id,
    tenantId,
    displayName: group.displayName,
    mailNickname: group.mailNickname,
    owners: call.who.kind === 'user' ? [call.who.id] : [],
    createdAt: call.at,
  }
  return context.groups.create(call, compartmentOfGuid(tenantId), { path: [id], value: withDescription(bare, group.description) })
}

/** Changes what is given and leaves the rest. */
export function changeGroup(
  context: Needs<'groups'>,
  call: Call,
  request: { readonly permit: Write; readonly group: HeldGroup; readonly change: GroupChange },
): HeldGroup {
  const { permit, group, change } = request
  assertManages(permit, { set: 'groups', id: group.value.id })
  const { description, ...named } = change
  return context.groups.update(call, group, withDescription({ ...group.value, ...named }, description))
}

function withDescription(group: Group, description: string | null | undefined): Group {
  if (description === undefined) return group
  const { description: _, ...rest } = group
  return description === null ? rest : { ...rest, description }
}

/** What it gave ends at once, however many are in it. For thirty days it can be had back, with the memberships in it and of it; its role assignments stay and are nobody's meanwhile. */
export function removeGroup(
  context: Needs<'groups' | 'deletedObjects'>,
  call: Call,
  request: { readonly permit: Write; readonly group: HeldGroup },
): void {
  const { permit, group } = request
  assertManages(permit, { set: 'groups', id: group.value.id })
  context.groups.remove(call, group)
  keepDeleted(context, call, { kind: 'group', value: group.value })
}
