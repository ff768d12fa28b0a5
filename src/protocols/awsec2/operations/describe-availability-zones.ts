import { endOfDryRun } from '#domain/account-keys/use-account-key.ts'
import { zonesOf } from '#domain/volumes/zones.ts'
import { invalidVolume } from '#domain/volumes/volume-types.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { flag, list, optional, structure, text } from '#protocols/aws/schemas.ts'
import { filterOf, filters, shownFilters, type Filtered } from '#protocols/awsec2/filters.ts'
import { answer, dryRun, ownedRegion, placeOf } from '#protocols/awsec2/site.ts'

interface Zone {
  readonly name: string
  readonly region: string
}

const zoneFilters: Filtered<Zone> = {
  tags: () => [],
  named: {
    'group-name': ({ region }) => [region],
    'opt-in-status': () => ['opt-in-not-required'],
    'region-name': ({ region }) => [region],
    state: () => ['available'],
    'zone-name': ({ name }) => [name],
    'zone-type': () => ['availability-zone'],
  },
}

export const describeAvailabilityZonesOperation = awsOperation({
  name: 'DescribeAvailabilityZones',
  permissions: ['zone.describe'],
  body: {
    amzQuery: structure({
      ZoneName: optional(list(text(), { max: 100 })),
      ZoneId: optional(list(text(), { max: 100 })),
      AllAvailabilityZones: optional(flag),
      ...filters,
      ...dryRun,
    }),
  },
  trail: {
    parameters: ({ ZoneName = [], Filter }) => ({
      availabilityZoneSet: { items: ZoneName.map(zoneName => ({ zoneName })) },
      filterSet: shownFilters(Filter),
    }),
    readOnly: true,
  },
  async handle(_context, call, { body, permit, site }) {
    const place = placeOf(call, site)
    const { ZoneName: names, ZoneId: ids, Filter = [] } = body
    const fits = filterOf(zoneFilters, Filter)
    permit('zone.describe', ownedRegion(place))
    endOfDryRun(body.DryRun)
    const zones = zonesOf(place.region).map(name => ({ name, region: place.region }))
    const missing = [...(ids ?? []), ...(names ?? []).filter(name => !zones.some(zone => zone.name === name))][0]
    if (missing !== undefined) throw invalidVolume('value', `Invalid availability zone: [${missing}]`)
    const shown = zones.filter(zone => (names === undefined || names.includes(zone.name)) && fits(zone))
    return Promise.resolve(
      answer(call, 'DescribeAvailabilityZones', {
        availabilityZoneInfo: shown.map(({ name, region }) => ({
          zoneName: name,
          zoneState: 'available',
          regionName: region,
          groupName: region,
          optInStatus: 'opt-in-not-required',
          zoneType: 'availability-zone',
          messageSet: [],
        })),
      }),
    )
  },
})
