import assert from 'node:assert/strict'
import { compartmentId, type CompartmentId } from '#model/brands.ts'
import { parseArn } from '#domain/accounts/arn.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { OpenLayer } from '#ports/export-control.ts'
import { exportName, type Exported, type ExportSource } from '#domain/disks/exported.ts'
import { attachmentOf, type HeldAttachment } from './attach-volume.ts'
import type { HeldVolume } from './find-volume.ts'
import { decryptForInstance, instanceStanding, type InstanceKeyNeeds } from './instance-keys.ts'
import { volumeArn, volumeScope } from './place.ts'
import { exportTag } from './records.ts'
import { lyingDisk, platformDek } from './stored-bytes.ts'

type ExportNeeds = InstanceKeyNeeds & Needs<'volumes' | 'volumeAttachments' | 'accountRegions' | 'store' | 'ground'>

/** Exports of volumes: each while it is attached, to the instance that it is attached to. */
export const volumeExports = (context: ExportNeeds): ExportSource => ({
  async named(call, name) {
    const { compartment } = exportName.exec(name)?.groups ?? {}
    if (compartment === undefined || !context.ground.barrier.has(compartmentId(compartment))) return undefined
    const at = { tag: exportTag(name), after: -1, limit: 1 }
    const [attachment] = await context.volumeAttachments.listTagged(call, compartmentId(compartment), at)
    return attachment && attachedAs(context, call, { compartment: attachment.compartment, id: attachment.value.volumeId })
  },
  async of(call, id) {
    for (const place of placesOf(context, id)) {
      const exported = await attachedAs(context, call, place)
      if (exported !== undefined) return exported
    }
    return undefined
  },
})

interface VolumePlace {
  readonly compartment: CompartmentId
  readonly id: string
}

/** By its ARN; or by its id alone, which is random and so in one Region of one account. */
function placesOf({ accountRegions }: Needs<'accountRegions'>, text: string): readonly VolumePlace[] {
  const arn = parseArn(text)
  const id =
    arn === undefined ? text : arn.service === 'ec2' && arn.resource.startsWith('volume/') ? arn.resource.slice('volume/'.length) : ''
  if (!id.startsWith('vol-')) return []
  return accountRegions
    .peek()
    .filter(({ value }) => arn === undefined || (value.accountId === arn.accountId && value.region === arn.region))
    .map(({ value }) => ({ compartment: value.compartment, id }))
}

async function attachedAs(context: ExportNeeds, call: Call, { compartment, id }: VolumePlace): Promise<Exported | undefined> {
  const volume = await context.volumes.get(call, compartment, [id])
  return volume && exported(context, volume, await attachmentOf(context, call, volume))
}

function exported(context: ExportNeeds, volume: HeldVolume, attachment: HeldAttachment | undefined): Exported {
  const { key } = volume.value
  const { diskId, sizeBytes, epoch, lineage } = lyingDisk(volume.value)
  const name = attachment?.value.exportName ?? ''
  return {
    name,
    resource: volumeArn(volume.value),
    diskId,
    sizeBytes,
    epoch,
    lineage,
    async again(call) {
      const now = await attachedAs(context, call, { compartment: volume.compartment, id: volume.value.id })
      return now?.name === name ? now : undefined
    },
    async standing(call) {
      if (attachment === undefined) return { usable: false, because: 'the volume is attached to no instance' }
      if (key === undefined) return { usable: true }
      return instanceStanding(context, call, { volume: volume.value, instanceId: attachment.value.instanceId, key })
    },
    async open(call) {
      context.access.permit(call, 'disk.export', { on: volumeScope(volume.value) })
      return [await layerOf(context, call, { volume, attachment })]
    },
  }
}

async function layerOf(
  context: ExportNeeds,
  call: Call,
  { volume, attachment }: { readonly volume: HeldVolume; readonly attachment: HeldAttachment | undefined },
): Promise<OpenLayer> {
  const { dekId, key } = volume.value
  if (key === undefined) return { dekId, dek: (await platformDek(context, { id: volume.id, dekId })).bytes, cipher: 'aes-256-xts' }
  assert(attachment !== undefined, 'only what is attached is opened')
  const dek = await decryptForInstance(context, call, { volume: volume.value, instanceId: attachment.value.instanceId, key })
  return { dekId, dek, cipher: 'aes-256-xts' }
}
