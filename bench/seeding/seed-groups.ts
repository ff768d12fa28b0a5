import type { Context } from '#domain/context.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { Principal } from '#model/principal.ts'
import { performAs } from './open-instance.ts'

/** A chain: the member is in the first group, each group in the next. Answers their ids. */
export async function seedGroups(
  context: Context,
  seeded: { readonly count: number; readonly who: Principal; readonly memberId: string; readonly tenantId: string },
): Promise<readonly string[]> {
  const { count, who, memberId, tenantId } = seeded
  const ids = Array.from({ length: count }, () => context.ground.random.uuid())
  const home = compartmentOfGuid(tenantId)
  await performAs(context, who, async call => {
    for (const [at, id] of ids.entries()) {
      const name = `bench-${at}`
      context.groups.create(call, home, {
        path: [id],
        value: { id, tenantId, displayName: name, mailNickname: name, owners: [], createdAt: call.at },
      })
      const member = ids[at - 1]
      const inside = member ?? memberId
      context.memberships.create(call, home, {
        path: [id, inside],
        value: {
          tenantId,
          groupId: id,
          memberId: inside,
          memberKind: member === undefined ? 'servicePrincipal' : 'group',
          addedAt: call.at,
        },
      })
    }
  })
  return ids
}
