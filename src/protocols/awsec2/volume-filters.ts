import { isoTime } from '#protocols/aws/times.ts'
import type { Filtered } from './filters.ts'
import { statusOf, type ShownVolume } from './volume-shapes.ts'

const maybe = (value: string | undefined): readonly string[] => (value === undefined ? [] : [value])

/** What a list may be narrowed by (DescribeVolumes). */
export const volumeFilters: Filtered<ShownVolume> = {
  tags: ({ volume }) => volume.tags,
  named: {
    'volume-id': ({ volume }) => [volume.id],
    'availability-zone': ({ volume }) => [volume.zone],
    'create-time': ({ volume }) => [isoTime(volume.createdAt)],
    encrypted: ({ volume }) => [String(volume.key !== undefined)],
    'multi-attach-enabled': () => ['false'],
    size: ({ volume }) => [volume.sizeGiB.toString()],
    'snapshot-id': ({ volume }) => maybe(volume.snapshotId),
    status: shown => [statusOf(shown)],
    'volume-type': ({ volume }) => [volume.type],
    'attachment.attach-time': ({ attachment }) => maybe(attachment && isoTime(attachment.attachedAt)),
    'attachment.delete-on-termination': ({ attachment }) => maybe(attachment && 'false'),
    'attachment.device': ({ attachment }) => maybe(attachment?.device),
    'attachment.instance-id': ({ attachment }) => maybe(attachment?.instanceId),
    'attachment.status': ({ attachment }) => maybe(attachment && 'attached'),
  },
}
