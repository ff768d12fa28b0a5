import type { Volume, VolumeAttachment } from '#domain/volumes/records.ts'
import { isoTime } from '#protocols/aws/times.ts'
import type { XmlValue } from '#protocols/aws/xml.ts'

/** A volume with what it is attached to. */
export interface ShownVolume {
  readonly volume: Volume
  readonly attachment?: VolumeAttachment | undefined
}

export const statusOf = ({ volume, attachment }: ShownVolume): string => volume.state ?? (attachment === undefined ? 'available' : 'in-use')

/** A volume as the service tells of it. */
export const volumeShape = ({ volume, attachment }: ShownVolume): Readonly<Record<string, XmlValue>> => ({
  volumeId: volume.id,
  size: volume.sizeGiB,
  snapshotId: volume.snapshotId ?? '',
  availabilityZone: volume.zone,
  status: statusOf({ volume, attachment }),
  createTime: isoTime(volume.createdAt),
  attachmentSet: attachment === undefined ? [] : [attachmentShape(attachment, 'attached')],
  tagSet: volume.tags.map(({ key, value }) => ({ key, value })),
  volumeType: volume.type,
  iops: volume.iops,
  throughput: volume.throughput,
  encrypted: volume.key !== undefined,
  kmsKeyId: volume.key?.arn,
  multiAttachEnabled: false,
})

export const attachmentShape = (
  { volumeId, instanceId, device, attachedAt }: VolumeAttachment,
  status: 'attached' | 'detached',
): Readonly<Record<string, XmlValue>> => ({
  volumeId,
  instanceId,
  device,
  status,
  attachTime: isoTime(attachedAt),
  deleteOnTermination: false,
})
