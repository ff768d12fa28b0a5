import type { Volume } from '#domain/volumes/records.ts'
import { isoTime } from '#protocols/aws/times.ts'
import type { XmlValue } from '#protocols/aws/xml.ts'

/** A volume as the service tells of it. Nothing is ever attached here, and nothing was made of a snapshot. */
export const volumeShape = (volume: Volume): Readonly<Record<string, XmlValue>> => ({
  volumeId: volume.id,
  size: volume.sizeGiB,
  snapshotId: '',
  availabilityZone: volume.zone,
  status: 'available',
  createTime: isoTime(volume.createdAt),
  attachmentSet: [],
  tagSet: volume.tags.map(({ key, value }) => ({ key, value })),
  volumeType: volume.type,
  iops: volume.iops,
  throughput: volume.throughput,
  encrypted: volume.key !== undefined,
  kmsKeyId: volume.key?.arn,
  multiAttachEnabled: false,
})
