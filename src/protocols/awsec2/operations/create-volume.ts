import { endOfDryRun } from '#domain/account-keys/use-account-key.ts'
import { attachmentOf } from '#domain/volumes/attach-volume.ts'
import { createVolume } from '#domain/volumes/create-volume.ts'
import { volumeDefaultsOf } from '#domain/volumes/defaults.ts'
import { volumeArn } from '#domain/volumes/place.ts'
import { volumeTypes, type Volume } from '#domain/volumes/records.ts'
import { newVolumeFacts } from '#domain/volumes/volume-tags.ts'
import { invalidVolume } from '#domain/volumes/volume-types.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { enumOf, flag, integer, list, optional, structure, text } from '#protocols/aws/schemas.ts'
import type { Shaped } from '#protocols/aws/shape.ts'
import { answer, dryRun, ownedVolume, placeOf } from '#protocols/awsec2/site.ts'
import { volumeShape } from '#protocols/awsec2/volume-shapes.ts'

const tag = structure({ Key: optional(text({ max: 128 })), Value: optional(text({ max: 256 })) })

const bodyMembers = structure({
  AvailabilityZone: optional(text()),
  AvailabilityZoneId: optional(text()),
  Encrypted: optional(flag),
  Iops: optional(integer()),
  KmsKeyId: optional(text({ min: 1, max: 2_048 })),
  OutpostArn: optional(text()),
  Size: optional(integer()),
  SnapshotId: optional(text()),
  VolumeType: optional(enumOf(volumeTypes)),
  TagSpecification: optional(list(structure({ ResourceType: optional(text()), Tag: optional(list(tag)) }))),
  MultiAttachEnabled: optional(flag),
  Throughput: optional(integer()),
  VolumeInitializationRate: optional(integer()),
  ClientToken: optional(text({ min: 1, max: 64 })),
  Operator: optional(structure({ Principal: optional(text()) })),
  ...dryRun,
})

type Body = Shaped<typeof bodyMembers>

export const createVolumeOperation = awsOperation({
  name: 'CreateVolume',
  permissions: ['volume.create'],
  linked: ['volume.tag'],
  body: { amzQuery: bodyMembers },
  trail: {
    parameters: ({ AvailabilityZone, VolumeType, TagSpecification, DryRun: _dryRun, ...rest }) => ({
      ...rest,
      zone: AvailabilityZone,
      volumeType: VolumeType,
      tagSpecificationSet: TagSpecification && {
        items: TagSpecification.map(({ ResourceType, Tag }) => ({ resourceType: ResourceType, tags: Tag })),
      },
    }),
    readOnly: false,
  },
  async handle(context, call, { body, permit, site }) {
    assertServed(body)
    const zone = body.AvailabilityZone
    if (zone === undefined) throw invalidVolume('missing', 'The request must contain the parameter zone')
    const place = placeOf(call, site)
    const tags = tagsOf(body)
    const defaults = await volumeDefaultsOf(context, call, place)
    const asked = { type: body.VolumeType ?? 'gp2', sizeGiB: body.Size, iops: body.Iops, throughput: body.Throughput, zone }
    const facts = newVolumeFacts(place.region, { ...asked, encrypted: body.Encrypted === true || defaults.encrypted }, tags)
    const found = ownedVolume({ ...place, id: '*' }, facts)
    const creating = permit('volume.create', found)
    if (tags.length > 0)
      permit(
        'volume.tag',
        ownedVolume({ ...place, id: '*' }, name => (name === 'ec2:createaction' ? 'CreateVolume' : facts(name))),
      )
    endOfDryRun(body.DryRun)
    const held = await createVolume(context, call, {
      ...asked,
      permit: creating,
      place,
      encrypted: body.Encrypted,
      keyId: body.KmsKeyId,
      tags,
      token: body.ClientToken,
    })
    call.resource = volumeArn(held.value)
    // Whoever asks again may find it attached meanwhile.
    const attachment = (await attachmentOf(context, call, held))?.value
    return answer(call, 'CreateVolume', volumeShape({ volume: held.value, attachment }))
  },
})

/** Raises `VolumeInvalid` for what is not served here, rather than leave it out. */
function assertServed(body: Body): void {
  if (body.SnapshotId !== undefined && body.SnapshotId !== '')
    throw invalidVolume('snapshot', `The snapshot '${body.SnapshotId}' does not exist.`)
  const unserved = [
    body.MultiAttachEnabled === true && 'Volumes are not attached to several instances here.',
    body.OutpostArn !== undefined && 'There are no Outposts here.',
    body.AvailabilityZoneId !== undefined && 'Zones are named by AvailabilityZone here.',
    body.VolumeInitializationRate !== undefined && 'A volume without a snapshot is not initialized.',
    body.Operator !== undefined && 'Volumes are not managed by services here.',
  ].find(one => one !== false)
  if (unserved !== undefined) throw invalidVolume('unsupported', unserved)
}

function tagsOf({ TagSpecification = [] }: Body): Volume['tags'] {
  return TagSpecification.flatMap(({ ResourceType = '', Tag = [] }) => {
    if (ResourceType !== 'volume')
      throw invalidVolume('value', `'${ResourceType}' is not a valid taggable resource type for this operation.`)
    return Tag.map(({ Key = '', Value = '' }) => ({ key: Key, value: Value }))
  })
}
