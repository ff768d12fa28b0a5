import { endOfDryRun } from '#domain/account-keys/use-account-key.ts'
import { attachmentOf } from '#domain/volumes/attach-volume.ts'
import type { OwnedFacts, Permit } from '#domain/access/permit.ts'
import type { RegionOfAccount } from '#domain/accounts/account-region.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { createVolume } from '#domain/volumes/create-volume.ts'
import { volumeDefaultsOf } from '#domain/volumes/defaults.ts'
import { assertSnapshotId, usableSnapshot, snapshotNotFound, type HeldSnapshot } from '#domain/volumes/find-snapshot.ts'
import { volumeArn } from '#domain/volumes/place.ts'
import { volumeTypes } from '#domain/volumes/records.ts'
import { newVolumeFacts, snapshotFacts } from '#domain/volumes/volume-tags.ts'
import { invalidVolume } from '#domain/volumes/volume-types.ts'
import type { Ask } from '#protocols/http/operation.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { enumOf, flag, integer, optional, structure, text } from '#protocols/aws/schemas.ts'
import type { Shaped } from '#protocols/aws/shape.ts'
import { answer, dryRun, ownedSnapshot, ownedVolume, placeOf } from '#protocols/awsec2/site.ts'
import { shownSpecifications, specifiedTags, tagSpecifications } from '#protocols/awsec2/tag-specifications.ts'
import { volumeShape } from '#protocols/awsec2/volume-shapes.ts'

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
  ...tagSpecifications,
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
    parameters: ({ AvailabilityZone, VolumeType, TagSpecification: tags, DryRun: _dryRun, ...rest }) => ({
      ...rest,
      zone: AvailabilityZone,
      volumeType: VolumeType,
      ...shownSpecifications(tags),
    }),
    readOnly: false,
  },
  async handle(context, call, { body, permit, site }) {
    assertServed(body)
    const asked = await askedOf(context, call, { body, place: placeOf(call, site) })
    const creating = permitted(permit, asked)
    if (asked.named !== undefined && asked.snapshot === undefined) throw snapshotNotFound(asked.named)
    endOfDryRun(body.DryRun)
    const { place, snapshot, tags, shape } = asked
    const held = await createVolume(context, call, {
      ...shape,
      permit: creating,
      place,
      encrypted: body.Encrypted,
      keyId: body.KmsKeyId,
      snapshot,
      tags,
      token: body.ClientToken,
    })
    call.resource = volumeArn(held.value)
    // Whoever asks again may find it attached meanwhile.
    const attachment = (await attachmentOf(context, call, held))?.value
    return answer(call, 'CreateVolume', volumeShape({ volume: held.value, attachment }))
  },
})

async function askedOf(context: Context, call: Call, { body, place }: { readonly body: Body; readonly place: RegionOfAccount }) {
  const zone = body.AvailabilityZone
  if (zone === undefined) throw invalidVolume('missing', 'The request must contain the parameter zone')
  const named = body.SnapshotId === '' ? undefined : body.SnapshotId
  const snapshot = await snapshotAsked(context, call, { place, id: named })
  const defaults = await volumeDefaultsOf(context, call, place)
  const sizeGiB = body.Size ?? snapshot?.value.sizeGiB
  const shape = { type: body.VolumeType ?? 'gp2', sizeGiB, iops: body.Iops, throughput: body.Throughput, zone } as const
  const encrypted = body.Encrypted === true || defaults.encrypted || snapshot?.value.key !== undefined
  return { place, named, snapshot, shape, encrypted, tags: specifiedTags(body, 'volume') }
}

/** What is made, of what, and with which tags: each is asked about. */
function permitted(permit: Ask, asked: Awaited<ReturnType<typeof askedOf>>): Permit<'volume.create'> {
  const { place, named, snapshot, shape, encrypted, tags } = asked
  const facts = newVolumeFacts(place.region, { ...shape, encrypted }, tags)
  const made = { ...place, id: '*' }
  const creating = permit('volume.create', ownedVolume(made, facts))
  if (named !== undefined) permit('volume.create', ownedSnapshot({ ...place, id: named }, snapshotFacts(place.region, snapshot?.value)))
  const tagging: OwnedFacts = name => (name === 'ec2:createaction' ? 'CreateVolume' : facts(name))
  if (tags.length > 0) permit('volume.tag', ownedVolume(made, tagging))
  return creating
}

/** Raises `VolumeInvalid` for what is not served here, rather than leave it out. */
function assertServed(body: Body): void {
  const unserved = [
    body.MultiAttachEnabled === true && 'Volumes are not attached to several instances here.',
    body.OutpostArn !== undefined && 'There are no Outposts here.',
    body.AvailabilityZoneId !== undefined && 'Zones are named by AvailabilityZone here.',
    body.VolumeInitializationRate !== undefined && 'Volumes are initialized at no rate of their own here.',
    body.Operator !== undefined && 'Volumes are not managed by services here.',
  ].find(one => one !== false)
  if (unserved !== undefined) throw invalidVolume('unsupported', unserved)
}

/** Noted, found or not. Raises `VolumeInvalid`. */
async function snapshotAsked(
  context: Context,
  call: Call,
  { place, id }: { readonly place: RegionOfAccount; readonly id: string | undefined },
): Promise<HeldSnapshot | undefined> {
  if (id === undefined) return undefined
  assertSnapshotId(id)
  return usableSnapshot(context, call, { ...place, id })
}
