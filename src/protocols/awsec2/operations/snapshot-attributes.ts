import { endOfDryRun } from '#domain/account-keys/use-account-key.ts'
import { assertSnapshotId, snapshotById, snapshotNotFound } from '#domain/volumes/find-snapshot.ts'
import { snapshotArn } from '#domain/volumes/place.ts'
import { shareSnapshot } from '#domain/volumes/share-snapshot.ts'
import { everybody } from '#domain/volumes/snapshot-records.ts'
import { snapshotFacts } from '#domain/volumes/volume-tags.ts'
import { invalidVolume } from '#domain/volumes/volume-types.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import type { Ask } from '#protocols/http/operation.ts'
import { awsOperation, type AwsSite } from '#protocols/aws/operation.ts'
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
    const shared = (snapshot.value.sharedWith ?? []).map(whom => (whom === everybody ? { group: whom } : { userId: whom }))
    // Nothing is sold with it.
    return answer(call, 'DescribeSnapshotAttribute', { snapshotId: id, [Attribute]: Attribute === 'productCodes' ? [] : shared })
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
    parameters: body => ({
      snapshotId: body.SnapshotId,
      attributeType: body.Attribute,
      createVolumePermission: { add: itemsOf(wordsOf(body, 'add')), remove: itemsOf(wordsOf(body, 'remove')) },
    }),
    readOnly: false,
  },
  async handle(context, call, { body, permit, site }) {
    const changed = await snapshotToChange(context, call, { id: body.SnapshotId, permission: 'snapshot.writeAttribute', permit, site })
    const [added, removed] = [whomIn(wordsOf(body, 'add')), new Set(whomIn(wordsOf(body, 'remove')))]
    if (body.Attribute === 'productCodes') throw invalidVolume('unsupported', 'Nothing is sold with snapshots here.')
    if (added.length + removed.size === 0)
      throw invalidVolume('missing', 'The request must contain the parameter createVolumePermission or userId')
    endOfDryRun(body.DryRun)
    const { sharedWith = [] } = changed.snapshot.value
    await shareSnapshot(context, call, { ...changed, sharedWith: [...sharedWith, ...added].filter(whom => !removed.has(whom)) })
    return answer(call, 'ModifySnapshotAttribute', { return: true })
  },
})

export const resetSnapshotAttributeOperation = awsOperation({
  name: 'ResetSnapshotAttribute',
  permissions: ['snapshot.resetAttribute'],
  body: { amzQuery: structure({ SnapshotId: text(), Attribute: enumOf(['createVolumePermission']), ...dryRun }) },
  trail: { parameters: ['snapshotId', 'attribute'], readOnly: false },
  async handle(context, call, { body, permit, site }) {
    const changed = await snapshotToChange(context, call, { id: body.SnapshotId, permission: 'snapshot.resetAttribute', permit, site })
    endOfDryRun(body.DryRun)
    await shareSnapshot(context, call, { ...changed, sharedWith: [] })
    return answer(call, 'ResetSnapshotAttribute', { return: true })
  },
})

interface ToChange<P extends Changing> {
  readonly id: string
  readonly permission: P
  readonly permit: Ask
  readonly site: AwsSite
}
type Changing = 'snapshot.writeAttribute' | 'snapshot.resetAttribute'

/** Of the caller's own: whom it is shared with is its owner's alone to say. */
async function snapshotToChange<P extends Changing>(context: Context, call: Call, { id, permission, permit, site }: ToChange<P>) {
  assertSnapshotId(id)
  const place = { ...placeOf(call, site), id }
  call.resource = snapshotArn(place)
  const snapshot = await snapshotById(context, call, place)
  const given = permit(permission, ownedSnapshot(place, snapshotFacts(place.region, snapshot?.value)))
  if (snapshot === undefined) throw snapshotNotFound(id)
  return { permit: given, snapshot }
}

interface Whom {
  readonly Group?: string | undefined
  readonly UserId?: string | undefined
}

interface Asked {
  readonly OperationType?: 'add' | 'remove' | undefined
  readonly UserId?: readonly string[] | undefined
  readonly UserGroup?: readonly string[] | undefined
  readonly CreateVolumePermission?:
    | { readonly Add?: readonly Whom[] | undefined; readonly Remove?: readonly Whom[] | undefined }
    | undefined
}

/** Both ways of asking for the same. */
function wordsOf(
  { OperationType, UserId = [], UserGroup = [], CreateVolumePermission = {} }: Asked,
  way: 'add' | 'remove',
): readonly Whom[] {
  const apart = OperationType === way ? [...UserId.map(one => ({ UserId: one })), ...UserGroup.map(one => ({ Group: one }))] : []
  return [...((way === 'add' ? CreateVolumePermission.Add : CreateVolumePermission.Remove) ?? []), ...apart]
}

const itemsOf = (words: readonly Whom[]) => ({ items: words.map(({ UserId, Group }) => ({ userId: UserId, group: Group })) })

/** Raises `VolumeInvalid`. */
function whomIn(words: readonly Whom[]): readonly string[] {
  return words.flatMap(({ UserId, Group }) => {
    if (UserId !== undefined && !/^\d{12}$/.test(UserId)) throw invalidVolume('userId', `Invalid user id: "${UserId}"`)
    if (Group !== undefined && Group !== everybody) throw invalidVolume('value', `Value (${Group}) for parameter userGroup is invalid.`)
    return [UserId, Group].filter(one => one !== undefined)
  })
}
