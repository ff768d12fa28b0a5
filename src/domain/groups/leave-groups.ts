import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'

/**
 * A commit holds so many changes and no more. Memberships beyond stay and name an object that is nowhere: they count for nobody, object ids come
 * never again, and whoever is in very many groups can be removed all the same.
 */
export const membershipsAtOnce = 400

/** Takes an object that is removed out of every group that it is itself a member of. Object ids come never again, so that owners' lists need no such care. */
export async function leaveGroups(context: Needs<'memberships' | 'identity'>, call: Call, objectId: string): Promise<void> {
  for (const { compartment, path } of context.identity.memberships.membershipsOf(objectId).slice(0, membershipsAtOnce)) {
    const held = await context.memberships.get(call, compartment, path)
    if (held !== undefined) context.memberships.remove(call, held)
  }
}
