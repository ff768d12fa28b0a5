import { endOfDryRun } from '#domain/account-keys/use-account-key.ts'
import type { RegionOfAccount } from '#domain/accounts/account-region.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { assertInstanceId } from '#domain/volumes/attach-volume.ts'
import { instancesIn, type NamedInstance } from '#domain/volumes/named-instances.ts'
import { invalidVolume } from '#domain/volumes/volume-types.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { flag, integer, list, optional, structure, text } from '#protocols/aws/schemas.ts'
import { isoTime } from '#protocols/aws/times.ts'
import type { XmlValue } from '#protocols/aws/xml.ts'
import { filterOf, filters, shownFilters, type Filtered } from '#protocols/awsec2/filters.ts'
import { answer, dryRun, ownedRegion, placeOf } from '#protocols/awsec2/site.ts'

/** What the service says of an instance that it does not run: this one runs none. */
const stopped = { code: 80, name: 'stopped' }

const instanceShape = ({ id, attachments }: NamedInstance): Readonly<Record<string, XmlValue>> => ({
  instanceId: id,
  instanceState: stopped,
  stateReason: { code: 'Client.ExternalInstance', message: 'Instances are names here: what runs under this one runs elsewhere' },
  blockDeviceMapping: attachments.map(({ device, volumeId, attachedAt }) => ({
    deviceName: device,
    ebs: { volumeId, status: 'attached', attachTime: isoTime(attachedAt), deleteOnTermination: false },
  })),
  tagSet: [],
})

const instanceFilters: Filtered<NamedInstance> = {
  tags: () => [],
  named: {
    'instance-id': ({ id }) => [id],
    'instance-state-code': () => [stopped.code.toString()],
    'instance-state-name': () => [stopped.name],
    'block-device-mapping.device-name': ({ attachments }) => attachments.map(({ device }) => device),
    'block-device-mapping.volume-id': ({ attachments }) => attachments.map(({ volumeId }) => volumeId),
    'block-device-mapping.status': ({ attachments }) => attachments.map(() => 'attached'),
    'owner-id': ({ accountId }) => [accountId],
  },
}

export const describeInstancesOperation = awsOperation({
  name: 'DescribeInstances',
  permissions: ['instance.describe'],
  body: {
    amzQuery: structure({
      InstanceId: optional(list(text(), { max: 1_000 })),
      ...filters,
      MaxResults: optional(integer({ min: 5, max: 1_000 })),
      NextToken: optional(text({ max: 4_096 })),
      IncludeManagedResources: optional(flag),
      ...dryRun,
    }),
  },
  trail: {
    parameters: ({ InstanceId = [], Filter, MaxResults }) => ({
      instancesSet: { items: InstanceId.map(instanceId => ({ instanceId })) },
      filterSet: shownFilters(Filter),
      maxResults: MaxResults,
    }),
    readOnly: true,
  },
  async handle(context, call, { body, permit, site }) {
    const { InstanceId: ids = [], Filter = [], NextToken } = body
    for (const id of ids) assertInstanceId(id)
    const fits = filterOf(instanceFilters, Filter)
    const place = placeOf(call, site)
    permit('instance.describe', ownedRegion(place))
    endOfDryRun(body.DryRun)
    if (NextToken !== undefined) throw invalidVolume('value', 'The token is not of this list.')
    const all = (await instancesAsked(context, call, { place, ids })).filter(fits)
    return answer(call, 'DescribeInstances', { reservationSet: all.map(one => reservationOf(place, one)) })
  },
})

const reservationOf = ({ accountId }: RegionOfAccount, instance: NamedInstance): Readonly<Record<string, XmlValue>> => ({
  reservationId: instance.id.replace(/^i-/, 'r-'),
  ownerId: accountId,
  groupSet: [],
  instancesSet: [instanceShape(instance)],
})

/** Whoever names one is told of it as an attachment takes it: by its name. Else those that have volumes. */
async function instancesAsked(
  context: Context,
  call: Call,
  { place, ids }: { readonly place: RegionOfAccount; readonly ids: readonly string[] },
): Promise<readonly NamedInstance[]> {
  const known = await instancesIn(context, call, place)
  if (ids.length === 0) return known
  return [...new Set(ids)].map(id => known.find(one => one.id === id) ?? { id, accountId: place.accountId, attachments: [] })
}
