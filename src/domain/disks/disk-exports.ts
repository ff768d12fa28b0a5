import { compartmentId } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { diskByArmId, diskStanding, type HeldDisk } from './disk-standing.ts'
import { exportName, type Exported, type ExportSource } from './exported.ts'
import { openLayers, type OpenDiskNeeds } from './open-disk.ts'
import { exportTag } from './records.ts'

/** Exports of disks under disk encryption sets and of the platform. */
export const diskExports = (context: OpenDiskNeeds): ExportSource => ({
  async named(call, name) {
    const disk = await diskOfExport(context, call, name)
    return disk && exported(context, disk)
  },
  async of(call, id) {
    const disk = await diskByArmId(context, call, id)
    return disk && exported(context, disk)
  },
})

async function diskOfExport(context: Needs<'disks' | 'ground'>, call: Call, name: string): Promise<HeldDisk | undefined> {
  const { compartment } = exportName.exec(name)?.groups ?? {}
  if (compartment === undefined || !context.ground.barrier.has(compartmentId(compartment))) return undefined
  const [disk] = await context.disks.listTagged(call, compartmentId(compartment), { tag: exportTag(name), after: -1, limit: 1 })
  return disk
}

function exported(context: OpenDiskNeeds, disk: HeldDisk): Exported {
  const { exportName: name, id: resource, diskId, sizeBytes, epoch } = disk.value
  return {
    name,
    resource,
    diskId,
    sizeBytes,
    epoch,
    async again(call) {
      const now = await context.disks.get(call, disk.compartment, disk.path)
      return now?.value.exportName === name ? exported(context, now) : undefined
    },
    standing: async call => diskStanding(context, call, disk.value),
    async open(call) {
      context.access.permit(call, 'disk.export', { on: disk.value.scope })
      return openLayers(context, call, disk)
    },
  }
}
