import type { Snapshot } from '#domain/volumes/snapshot-records.ts'
import { isoTime } from '#protocols/aws/times.ts'
import type { XmlValue } from '#protocols/aws/xml.ts'
import type { Filtered } from './filters.ts'

const progressOf = ({ state, progress = 0 }: Snapshot): string => `${state === 'completed' ? 100 : progress}%`

/** As an account sees it: tags are their owner's. */
export const seenBy = (accountId: string, snapshot: Snapshot): Snapshot =>
  snapshot.accountId === accountId ? snapshot : { ...snapshot, tags: [] }

/** A snapshot as the service tells of it. */
export const snapshotShape = (snapshot: Snapshot): Readonly<Record<string, XmlValue>> => ({
  snapshotId: snapshot.id,
  volumeId: snapshot.volumeId,
  status: snapshot.state,
  statusMessage: snapshot.message,
  startTime: isoTime(snapshot.startedAt),
  completionTime: snapshot.completedAt === undefined ? undefined : isoTime(snapshot.completedAt),
  progress: progressOf(snapshot),
  ownerId: snapshot.accountId,
  volumeSize: snapshot.sizeGiB,
  description: snapshot.description,
  tagSet: snapshot.tags.map(({ key, value }) => ({ key, value })),
  encrypted: snapshot.key !== undefined,
  kmsKeyId: snapshot.key?.arn,
  storageTier: 'standard',
})

/** What a list may be narrowed by (DescribeSnapshots). */
export const snapshotFilters: Filtered<Snapshot> = {
  tags: ({ tags }) => tags,
  named: {
    description: ({ description }) => [description],
    encrypted: ({ key }) => [String(key !== undefined)],
    'owner-alias': () => [],
    'owner-id': ({ accountId }) => [accountId],
    progress: snapshot => [progressOf(snapshot)],
    'snapshot-id': ({ id }) => [id],
    'start-time': ({ startedAt }) => [isoTime(startedAt)],
    status: ({ state }) => [state],
    'storage-tier': () => ['standard'],
    'transfer-type': () => ['standard'],
    'volume-id': ({ volumeId }) => [volumeId],
    'volume-size': ({ sizeGiB }) => [sizeGiB.toString()],
  },
}
