import { endOfDryRun } from '#domain/account-keys/use-account-key.ts'
import type { RegionOfAccount } from '#domain/accounts/account-region.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { assertVolumeId, volumeById, volumeNotFound } from '#domain/volumes/find-volume.ts'
import { volumesIn } from '#domain/volumes/list-volumes.ts'
import { modifyVolume } from '#domain/volumes/modify-volume.ts'
import { volumeArn } from '#domain/volumes/place.ts'
import { volumeTypes, type Volume } from '#domain/volumes/records.ts'
import { volumeFacts } from '#domain/volumes/volume-tags.ts'
import { invalidVolume } from '#domain/volumes/volume-types.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { enumOf, flag, integer, list, optional, structure, text } from '#protocols/aws/schemas.ts'
import { isoTime } from '#protocols/aws/times.ts'
import type { XmlValue } from '#protocols/aws/xml.ts'
import { filterOf, filters, shownFilters, type Filtered } from '#protocols/awsec2/filters.ts'
import { pageOf } from '#protocols/awsec2/pages.ts'
import { answer, dryRun, ownedRegion, ownedVolume, placeOf } from '#protocols/awsec2/site.ts'

type Modified = Volume & { readonly modification: NonNullable<Volume['modification']> }
const modified = (volume: Volume): volume is Modified => volume.modification !== undefined

/** Whole at once: bytes stay where they are. */
const state = 'completed'

const modificationShape = ({ id, modification: { at, from, to } }: Modified): Readonly<Record<string, XmlValue>> => ({
  volumeId: id,
  modificationState: state,
  targetSize: to.sizeGiB,
  targetIops: to.iops,
  targetVolumeType: to.type,
  targetThroughput: to.throughput,
  targetMultiAttachEnabled: false,
  originalSize: from.sizeGiB,
  originalIops: from.iops,
  originalVolumeType: from.type,
  originalThroughput: from.throughput,
  originalMultiAttachEnabled: false,
  progress: 100,
  startTime: isoTime(at),
  endTime: isoTime(at),
})

export const modifyVolumeOperation = awsOperation({
  name: 'ModifyVolume',
  permissions: ['volume.modify'],
  body: {
    amzQuery: structure({
      VolumeId: text(),
      Size: optional(integer()),
      VolumeType: optional(enumOf(volumeTypes)),
      Iops: optional(integer()),
      Throughput: optional(integer()),
      MultiAttachEnabled: optional(flag),
      ...dryRun,
    }),
  },
  trail: { parameters: ['volumeId', 'size', 'volumeType', 'iops', 'throughput', 'multiAttachEnabled'], readOnly: false },
  async handle(context, call, { body, permit, site }) {
    const { VolumeId: id, Size: sizeGiB, VolumeType: type, Iops: iops, Throughput: throughput } = body
    if (body.MultiAttachEnabled === true) throw invalidVolume('unsupported', 'Volumes are not attached to several instances here.')
    assertVolumeId(id)
    const place = placeOf(call, site)
    call.resource = volumeArn({ ...place, id })
    const volume = await volumeById(context, call, { ...place, id })
    const modifying = permit('volume.modify', ownedVolume({ ...place, id }, volumeFacts(place.region, volume?.value)))
    if (volume === undefined) throw volumeNotFound(id)
    endOfDryRun(body.DryRun)
    const { value } = await modifyVolume(context, call, { permit: modifying, volume, asked: { sizeGiB, type, iops, throughput } })
    return answer(call, 'ModifyVolume', { volumeModification: modified(value) ? modificationShape(value) : {} })
  },
})

const shown = (value: string | number | undefined): readonly string[] => (value === undefined ? [] : [value.toString()])

const modificationFilters: Filtered<Modified> = {
  tags: ({ tags }) => tags,
  named: {
    'modification-state': () => [state],
    'original-iops': ({ modification: { from } }) => shown(from.iops),
    'original-size': ({ modification: { from } }) => shown(from.sizeGiB),
    'original-volume-type': ({ modification: { from } }) => shown(from.type),
    originalMultiAttachEnabled: () => ['false'],
    'start-time': ({ modification: { at } }) => [isoTime(at)],
    'target-iops': ({ modification: { to } }) => shown(to.iops),
    'target-size': ({ modification: { to } }) => shown(to.sizeGiB),
    'target-volume-type': ({ modification: { to } }) => shown(to.type),
    targetMultiAttachEnabled: () => ['false'],
    'volume-id': ({ id }) => [id],
  },
}

const pageMax = 500

export const describeVolumesModificationsOperation = awsOperation({
  name: 'DescribeVolumesModifications',
  permissions: ['volume.describeModifications'],
  body: {
    amzQuery: structure({
      VolumeId: optional(list(text(), { max: pageMax })),
      ...filters,
      MaxResults: optional(integer({ min: 1, max: pageMax })),
      NextToken: optional(text({ max: 4_096 })),
      ...dryRun,
    }),
  },
  trail: {
    parameters: ({ VolumeId = [], Filter, MaxResults }) => ({
      volumeSet: { items: VolumeId.map(volumeId => ({ volumeId })) },
      filterSet: shownFilters(Filter),
      maxResults: MaxResults,
    }),
    readOnly: true,
  },
  async handle(context, call, { body, permit, site }) {
    const { VolumeId: ids = [], Filter = [], MaxResults = pageMax, NextToken } = body
    for (const id of ids) assertVolumeId(id)
    const fits = filterOf(modificationFilters, Filter)
    const place = placeOf(call, site)
    permit('volume.describeModifications', ownedRegion(place))
    endOfDryRun(body.DryRun)
    const bound = { ...place, list: 'DescribeVolumesModifications' }
    const all = (ids.length === 0 ? await modifiedIn(context, call, place) : await modifiedOf(context, call, { place, ids })).filter(fits)
    const { items, nextToken } = pageOf(context, bound, { all, NextToken, MaxResults })
    return answer(call, 'DescribeVolumesModifications', { volumeModificationSet: items.map(modificationShape), nextToken })
  },
})

async function modifiedIn(context: Context, call: Call, place: RegionOfAccount): Promise<readonly Modified[]> {
  const all: Modified[] = []
  for await (const { value } of volumesIn(context, call, { ...place, after: -1 })) if (modified(value)) all.push(value)
  return all
}

/** Raises `VolumeInvalid` for the first that never was modified, `VolumeNotFound`. */
async function modifiedOf(
  context: Context,
  call: Call,
  { place, ids }: { readonly place: RegionOfAccount; readonly ids: readonly string[] },
): Promise<readonly Modified[]> {
  return Promise.all(
    [...new Set(ids)].map(async id => {
      const held = await volumeById(context, call, { ...place, id })
      if (held === undefined) throw volumeNotFound(id)
      if (!modified(held.value)) throw invalidVolume('modification', `Modification for volume '${id}' does not exist.`)
      return held.value
    }),
  )
}
