import { endOfDryRun } from '#domain/account-keys/use-account-key.ts'
import { copySnapshot } from '#domain/volumes/copy-snapshot.ts'
import { createSnapshot } from '#domain/volumes/create-snapshot.ts'
import { assertSnapshotId, usableSnapshot, snapshotNotFound } from '#domain/volumes/find-snapshot.ts'
import { assertVolumeId, volumeById, volumeNotFound } from '#domain/volumes/find-volume.ts'
import { snapshotArn } from '#domain/volumes/place.ts'
import type { Volume } from '#domain/volumes/records.ts'
import { newSnapshotFacts, snapshotFacts, volumeFacts } from '#domain/volumes/volume-tags.ts'
import { invalidVolume } from '#domain/volumes/volume-types.ts'
import type { OwnedFacts } from '#domain/access/permit.ts'
import { requestFacts } from '#domain/account-keys/key-facts.ts'
import type { RegionOfAccount } from '#domain/accounts/account-region.ts'
import type { Ask } from '#protocols/http/operation.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { flag, integer, optional, structure, text } from '#protocols/aws/schemas.ts'
import { answer, dryRun, ownedSnapshot, ownedVolume, placeOf } from '#protocols/awsec2/site.ts'
import { snapshotShape } from '#protocols/awsec2/snapshot-shapes.ts'
import { shownSpecifications, specifiedTags, tagSpecifications } from '#protocols/awsec2/tag-specifications.ts'

const descriptionMax = 255

/** Tags are given by the right to give them, as part of this action. */
function permitTags(permit: Ask, asked: { readonly place: RegionOfAccount; readonly action: string; readonly facts: OwnedFacts }): void {
  const { place, action, facts } = asked
  permit(
    'volume.tag',
    ownedSnapshot({ ...place, id: '*' }, name => (name === 'ec2:createaction' ? action : facts(name))),
  )
}

export const createSnapshotOperation = awsOperation({
  name: 'CreateSnapshot',
  permissions: ['snapshot.create'],
  linked: ['volume.tag'],
  body: {
    amzQuery: structure({
      VolumeId: text(),
      Description: optional(text({ max: descriptionMax })),
      OutpostArn: optional(text()),
      Location: optional(text()),
      ...tagSpecifications,
      ...dryRun,
    }),
  },
  trail: {
    parameters: ({ VolumeId, Description, TagSpecification }) => ({
      volumeId: VolumeId,
      description: Description,
      ...shownSpecifications(TagSpecification),
    }),
    readOnly: false,
  },
  async handle(context, call, { body, permit, site }) {
    if (body.OutpostArn !== undefined || body.Location === 'local')
      throw invalidVolume('unsupported', 'There are no Outposts or local zones here.')
    const { VolumeId: id, Description: description = '' } = body
    assertVolumeId(id)
    const tags: Volume['tags'] = specifiedTags(body, 'snapshot')
    const place = placeOf(call, site)
    call.resource = snapshotArn({ ...place, id: '*' })
    const volume = await volumeById(context, call, { ...place, id })
    // Whoever may not does not learn whether it is there.
    permit('snapshot.create', ownedVolume({ ...place, id }, volumeFacts(place.region, volume?.value)))
    const facts = volume === undefined ? requestFacts(place.region) : newSnapshotFacts(place.region, { volume: volume.value }, tags)
    const creating = permit('snapshot.create', ownedSnapshot({ ...place, id: '*' }, facts))
    if (tags.length > 0) permitTags(permit, { place, action: 'CreateSnapshot', facts })
    if (volume === undefined) throw volumeNotFound(id)
    endOfDryRun(body.DryRun)
    const made = await createSnapshot(context, call, { permit: creating, volume, description, tags })
    call.resource = snapshotArn(made.value)
    return answer(call, 'CreateSnapshot', snapshotShape(made.value))
  },
})

export const copySnapshotOperation = awsOperation({
  name: 'CopySnapshot',
  permissions: ['snapshot.copy'],
  linked: ['volume.tag'],
  body: {
    amzQuery: structure({
      SourceRegion: text({ min: 1, max: 64 }),
      SourceSnapshotId: text(),
      DestinationRegion: optional(text()),
      DestinationOutpostArn: optional(text()),
      DestinationAvailabilityZone: optional(text()),
      CompletionDurationMinutes: optional(integer()),
      Description: optional(text({ max: descriptionMax })),
      Encrypted: optional(flag),
      KmsKeyId: optional(text({ min: 1, max: 2_048 })),
      PresignedUrl: optional(text({ secret: true })),
      ...tagSpecifications,
      ...dryRun,
    }),
  },
  trail: {
    parameters: ({ PresignedUrl: _signed, DryRun: _dryRun, TagSpecification, ...rest }) => ({
      ...rest,
      ...shownSpecifications(TagSpecification),
    }),
    readOnly: false,
  },
  async handle(context, call, { body, permit, site }) {
    const { SourceRegion, SourceSnapshotId: id, Description: description = '', Encrypted: encrypted, KmsKeyId: keyId } = body
    const place = placeOf(call, site)
    assertCopyable(body, place.region)
    assertSnapshotId(id)
    const tags: Volume['tags'] = specifiedTags(body, 'snapshot')
    call.resource = snapshotArn({ ...place, id: '*' })
    const from = { ...place, region: SourceRegion, id }
    const source = await usableSnapshot(context, call, from)
    permit('snapshot.copy', ownedSnapshot(from, snapshotFacts(place.region, source?.value)))
    const facts = source === undefined ? requestFacts(place.region) : newSnapshotFacts(place.region, { copy: source.value }, tags)
    const copying = permit('snapshot.copy', ownedSnapshot({ ...place, id: '*' }, facts))
    if (tags.length > 0) permitTags(permit, { place, action: 'CopySnapshot', facts })
    if (source === undefined) throw snapshotNotFound(id)
    endOfDryRun(body.DryRun)
    const made = await copySnapshot(context, call, { permit: copying, source, place, encrypted, keyId, description, tags })
    call.resource = snapshotArn(made.value)
    return answer(call, 'CopySnapshot', { snapshotId: made.value.id, tagSet: made.value.tags.map(({ key, value }) => ({ key, value })) })
  },
})

interface CopyPlaces {
  readonly DestinationRegion?: string | undefined
  readonly DestinationOutpostArn?: string | undefined
  readonly DestinationAvailabilityZone?: string | undefined
  readonly CompletionDurationMinutes?: number | undefined
}

/** The copy comes to where it is asked for. Raises `VolumeInvalid`. */
function assertCopyable({ DestinationRegion, ...unserved }: CopyPlaces, region: string): void {
  if (DestinationRegion !== undefined && DestinationRegion !== region)
    throw invalidVolume('value', `Value (${DestinationRegion}) for parameter destinationRegion is invalid: the request came to ${region}.`)
  if (unserved.DestinationOutpostArn !== undefined || unserved.DestinationAvailabilityZone !== undefined)
    throw invalidVolume('unsupported', 'There are no Outposts or local zones here.')
  if (unserved.CompletionDurationMinutes !== undefined) throw invalidVolume('unsupported', 'Copies take the time that they take here.')
}
