import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'

/** Takes an object that is removed out of every group that it is itself a member of. Object ids come never again, so that owners' lists need no such care. */
export async function leaveGroups(context: Needs<'memberships' | 'identity'>, call: Call, objectId: string): Promise<void> {
  for (const { compartment, path } of context.identity.memberships.membershipsOf(objectId)) {
    const held = await context.memberships.get(call, compartment, path)
    if (held !== undefined) context.memberships.remove(call, held)
  }
}
