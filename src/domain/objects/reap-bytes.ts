import type { BytesName } from '#ports/object-store.ts'
import type { Needs } from '#domain/context.ts'
import { lookCall } from '#domain/disks/look.ts'
import type { DueTask, Reaction } from '#domain/jobs/task.ts'
import { bytesTag } from './records.ts'

type NamingNeeds = Needs<'objects' | 'objectVersions' | 'uploadParts' | 'objectStore' | 'ground'>

/** Does a record say that these bytes are its own? Of objects in parts, the parts' records did before the object's. */
export async function namedByRecord(context: NamingNeeds, { compartment, id }: BytesName): Promise<boolean> {
  const { objects, objectVersions, uploadParts, ground } = context
  if (!ground.barrier.has(compartment)) return false
  for (const family of [objects, uploadParts, objectVersions]) {
    const found = await family.listTagged(lookCall(context), compartment, { tag: bytesTag(id), after: -1, limit: 1 })
    if (found.length > 0) return true
  }
  return false
}

/** A writer that has not committed after so long never will: no request lives as long. */
const abandonedMs = 2 * 60 * 60_000
const sweptMs = 10 * 60_000

/** Confirms what a record names, takes away what a writer left that died. Under the scheduler's lease. */
const reapTask: DueTask = {
  family: 'objects',
  operation: 'ObjectBytesReap',
  async run(context, _call, { compartment, path: [id = ''] }) {
    const name = { compartment, id }
    if (await namedByRecord(context, name)) {
      await context.objectStore.confirm(name)
      return false
    }
    await context.objectStore.remove(name)
    return true
  },
}

/** Goes through what is unconfirmed for too long, at start and now and then, and through nothing else. */
export function reapBytes({ objectStore, ground }: Needs<'objectStore' | 'ground'>): Reaction {
  let nextAt = 0
  return {
    task: reapTask,
    affected: () => [],
    async sweep() {
      const { clock } = ground
      if (clock.monotonic() < nextAt) return []
      nextAt = clock.monotonic() + sweptMs
      const abandoned = (await objectStore.unconfirmed()).filter(({ since }) => since <= clock.now() - abandonedMs)
      return abandoned.map(({ compartment, id }) => ({ compartment, path: [id] }))
    },
  }
}
