import { endOfDryRun } from '#domain/account-keys/use-account-key.ts'
import type { RegionOfAccount } from '#domain/accounts/account-region.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { assertVolumeId, volumeById, volumeNotFound, type HeldVolume } from '#domain/volumes/find-volume.ts'
import { volumesIn } from '#domain/volumes/list-volumes.ts'
import { volumeArn } from '#domain/volumes/place.ts'
import type { Volume } from '#domain/volumes/records.ts'
import { setAutoEnableIo } from '#domain/volumes/volume-attributes.ts'
import { volumeFacts } from '#domain/volumes/volume-tags.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { enumOf, flag, integer, list, optional, structure, text } from '#protocols/aws/schemas.ts'
import type { XmlValue } from '#protocols/aws/xml.ts'
import { filterOf, filters, shownFilters, type Filtered } from '#protocols/awsec2/filters.ts'
import { pageOf } from '#protocols/awsec2/pages.ts'
import { answer, dryRun, ownedRegion, ownedVolume, placeOf } from '#protocols/awsec2/site.ts'

/** A volume that is made has no trouble that this service would know of; one that is not has not been looked at. */
const statusOf = ({ state }: Volume): 'ok' | 'insufficient-data' => (state === undefined ? 'ok' : 'insufficient-data')

const statusShape = (volume: Volume): Readonly<Record<string, XmlValue>> => ({
  volumeId: volume.id,
  availabilityZone: volume.zone,
  volumeStatus: {
    status: statusOf(volume),
    details: [
      { name: 'io-enabled', status: volume.state === undefined ? 'passed' : 'failed' },
      { name: 'io-performance', status: 'not-applicable' },
    ],
  },
  eventsSet: [],
  actionsSet: [],
  attachmentStatuses: [],
})

const statusFilters: Filtered<Volume> = {
  tags: ({ tags }) => tags,
  named: {
    'availability-zone': ({ zone }) => [zone],
    'volume-status.status': volume => [statusOf(volume)],
    'volume-status.details-name': () => ['io-enabled', 'io-performance'],
    'volume-status.details-status': volume => [volume.state === undefined ? 'passed' : 'failed', 'not-applicable'],
    'action.code': () => [],
    'action.description': () => [],
    'action.event-id': () => [],
    'event.description': () => [],
    'event.event-id': () => [],
    'event.event-type': () => [],
    'event.not-after': () => [],
    'event.not-before': () => [],
  },
}

const pageMax = 1_000

export const describeVolumeStatusOperation = awsOperation({
  name: 'DescribeVolumeStatus',
  permissions: ['volume.describeStatus'],
  body: {
    amzQuery: structure({
      VolumeId: optional(list(text(), { max: pageMax })),
      ...filters,
      MaxResults: optional(integer({ min: 5, max: pageMax })),
      NextToken: optional(text({ max: 4_096 })),
      IncludeManagedResources: optional(flag),
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
    const fits = filterOf(statusFilters, Filter)
    const place = placeOf(call, site)
    permit('volume.describeStatus', ownedRegion(place))
    endOfDryRun(body.DryRun)
    const bound = { ...place, list: 'DescribeVolumeStatus' }
    const all = (await volumesAsked(context, call, { place, ids })).filter(fits)
    const { items, nextToken } = pageOf(context, bound, { all, NextToken, MaxResults })
    return answer(call, 'DescribeVolumeStatus', { volumeStatusSet: items.map(statusShape), nextToken })
  },
})

/** All of the Region where none is named. Raises `VolumeNotFound`. */
async function volumesAsked(
  context: Context,
  call: Call,
  { place, ids }: { readonly place: RegionOfAccount; readonly ids: readonly string[] },
): Promise<readonly Volume[]> {
  if (ids.length > 0) return Promise.all([...new Set(ids)].map(async id => (await volumeNamed(context, call, { place, id })).value))
  const all: Volume[] = []
  for await (const { value } of volumesIn(context, call, { ...place, after: -1 })) all.push(value)
  return all
}

async function volumeNamed(
  context: Context,
  call: Call,
  { place, id }: { readonly place: RegionOfAccount; readonly id: string },
): Promise<HeldVolume> {
  const held = await volumeById(context, call, { ...place, id })
  if (held === undefined) throw volumeNotFound(id)
  return held
}

export const describeVolumeAttributeOperation = awsOperation({
  name: 'DescribeVolumeAttribute',
  permissions: ['volume.readAttribute'],
  body: { amzQuery: structure({ VolumeId: text(), Attribute: enumOf(['autoEnableIO', 'productCodes']), ...dryRun }) },
  trail: { parameters: ['volumeId', 'attribute'], readOnly: true },
  async handle(context, call, { body, permit, site }) {
    const { VolumeId: id, Attribute } = body
    assertVolumeId(id)
    const place = placeOf(call, site)
    call.resource = volumeArn({ ...place, id })
    const volume = await volumeById(context, call, { ...place, id })
    permit('volume.readAttribute', ownedVolume({ ...place, id }, volumeFacts(place.region, volume?.value)))
    if (volume === undefined) throw volumeNotFound(id)
    endOfDryRun(body.DryRun)
    const shown: Readonly<Record<string, XmlValue>> =
      Attribute === 'productCodes' ? { productCodes: [] } : { autoEnableIO: { value: volume.value.autoEnableIo === true } }
    return answer(call, 'DescribeVolumeAttribute', { volumeId: id, ...shown })
  },
})

export const modifyVolumeAttributeOperation = awsOperation({
  name: 'ModifyVolumeAttribute',
  permissions: ['volume.writeAttribute'],
  body: { amzQuery: structure({ VolumeId: text(), AutoEnableIO: structure({ Value: flag }), ...dryRun }) },
  trail: {
    parameters: ({ VolumeId, AutoEnableIO }) => ({ volumeId: VolumeId, autoEnableIO: { value: AutoEnableIO.Value } }),
    readOnly: false,
  },
  async handle(context, call, { body, permit, site }) {
    const { VolumeId: id, AutoEnableIO } = body
    assertVolumeId(id)
    const place = placeOf(call, site)
    call.resource = volumeArn({ ...place, id })
    const volume = await volumeById(context, call, { ...place, id })
    const writing = permit('volume.writeAttribute', ownedVolume({ ...place, id }, volumeFacts(place.region, volume?.value)))
    if (volume === undefined) throw volumeNotFound(id)
    endOfDryRun(body.DryRun)
    await setAutoEnableIo(context, call, { permit: writing, volume, value: AutoEnableIO.Value })
    return answer(call, 'ModifyVolumeAttribute', { return: true })
  },
})
