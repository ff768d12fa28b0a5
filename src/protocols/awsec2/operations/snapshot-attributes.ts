import { endOfDryRun } from '#domain/account-keys/use-account-key.ts'
import { assertSnapshotId, snapshotById, snapshotNotFound } from '#domain/volumes/find-snapshot.ts'
import { snapshotArn } from '#domain/volumes/place.ts'
import { snapshotFacts } from '#domain/volumes/volume-tags.ts'
import { invalidVolume } from '#domain/volumes/volume-types.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { enumOf, list, optional, structure, text } from '#protocols/aws/schemas.ts'
import { answer, dryRun, ownedSnapshot, placeOf } from '#protocols/awsec2/site.ts'

const attributes = ['createVolumePermission', 'productCodes'] as const

export const describeSnapshotAttributeOperation = awsOperation({
  name: 'DescribeSnapshotAttribute',
  permissions: ['snapshot.readAttribute'],
  body: { amzQuery: structure({ SnapshotId: text(), Attribute: enumOf(attributes), ...dryRun }) },
  trail: { parameters: ['snapshotId', 'attribute'], readOnly: true },
  async handle(context, call, { body, permit, site }) {
    const { SnapshotId: id, Attribute } = body
    assertSnapshotId(id)
    const place = { ...placeOf(call, site), id }
    call.resource = snapshotArn(place)
    const snapshot = await snapshotById(context, call, place)
    permit('snapshot.readAttribute', ownedSnapshot(place, snapshotFacts(place.region, snapshot?.value)))
    if (snapshot === undefined) throw snapshotNotFound(id)
    endOfDryRun(body.DryRun)
    // Nobody else may use it, and nothing is sold with it.
    return answer(call, 'DescribeSnapshotAttribute', { snapshotId: id, [Attribute]: [] })
  },
})

const whom = structure({ Group: optional(text()), UserId: optional(text()) })

export const modifySnapshotAttributeOperation = awsOperation({
  name: 'ModifySnapshotAttribute',
  permissions: ['snapshot.writeAttribute'],
  body: {
    amzQuery: structure({
      SnapshotId: text(),
      Attribute: optional(enumOf(attributes)),
      OperationType: optional(enumOf(['add', 'remove'])),
      UserId: optional(list(text(), { max: 100 })),
      UserGroup: optional(list(text(), { max: 100 })),
      CreateVolumePermission: optional(structure({ Add: optional(list(whom, { max: 100 })), Remove: optional(list(whom, { max: 100 })) })),
      ...dryRun,
    }),
  },
  trail: {
    parameters: ({ SnapshotId, Attribute, OperationType }) => ({
      snapshotId: SnapshotId,
      attributeType: Attribute,
      operationType: OperationType,
    }),
    readOnly: false,
  },
  async handle(context, call, { body, permit, site }) {
    const { SnapshotId: id, OperationType, CreateVolumePermission: permission } = body
    assertSnapshotId(id)
    const place = { ...placeOf(call, site), id }
    call.resource = snapshotArn(place)
    const snapshot = await snapshotById(context, call, place)
    permit('snapshot.writeAttribute', ownedSnapshot(place, snapshotFacts(place.region, snapshot?.value)))
    if (snapshot === undefined) throw snapshotNotFound(id)
    endOfDryRun(body.DryRun)
    // To take back what was never given is done already.
    if (OperationType === 'add' || permission?.Add !== undefined)
      throw invalidVolume('unsupported', 'Snapshots are not shared with other accounts here.')
    return answer(call, 'ModifySnapshotAttribute', { return: true })
  },
})
