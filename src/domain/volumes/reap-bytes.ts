import type { Needs } from '#domain/context.ts'
import type { NewDisk } from '#ports/block-store.ts'
import { lookCall } from '#domain/disks/look.ts'
import type { DueTask, Reaction } from '#domain/jobs/task.ts'
import { diskTag } from './records.ts'

type NamingNeeds = Needs<'volumes' | 'snapshots' | 'ground'>

async function namedByRecord(context: NamingNeeds, { compartment, diskId }: NewDisk): Promise<boolean> {
  const { volumes, snapshots, ground } = context
  if (!ground.barrier.has(compartment)) return false
  for (const family of [snapshots, volumes]) {
    const found = await family.listTagged(lookCall(context), compartment, { tag: diskTag(diskId), after: -1, limit: 1 })
    if (found.length > 0) return true
  }
  return false
}

/** A request that has not committed after so long never will. */
const abandonedMs = 10 * 60_000
const sweptMs = 60_000

/** Confirms what a record names, takes away what was forked for one that never came. Under the scheduler's lease. */
const reapTask: DueTask = {
  family: 'snapshots',
  operation: 'VolumeBytesReap',
  async run(context, _call, { compartment, path: [diskId = ''] }) {
    if (await namedByRecord(context, { compartment, diskId })) {
      await context.diskBytes.confirm(diskId)
      return false
    }
    await context.diskBytes.remove(diskId)
    return true
  },
}

/** Goes through what is unconfirmed: of a program that is no more at once, of this one when no request can be about it any more. */
export function reapVolumeBytes({ diskBytes, ground }: Needs<'diskBytes' | 'ground'>): Reaction {
  const begunAt = ground.clock.now()
  let nextAt = 0
  return {
    task: reapTask,
    affected: () => [],
    async sweep() {
      const { clock } = ground
      if (clock.monotonic() < nextAt) return []
      nextAt = clock.monotonic() + sweptMs
      const abandoned = (await diskBytes.unconfirmed()).filter(({ since }) => since < begunAt || since <= clock.now() - abandonedMs)
      return abandoned.map(({ compartment, diskId }) => ({ compartment, path: [diskId] }))
    },
  }
}
