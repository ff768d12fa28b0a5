import { endOfDryRun } from '#domain/account-keys/use-account-key.ts'
import { deleteSnapshot } from '#domain/volumes/delete-snapshot.ts'
import { assertSnapshotId, snapshotById, snapshotNotFound } from '#domain/volumes/find-snapshot.ts'
import { snapshotArn } from '#domain/volumes/place.ts'
import { snapshotFacts } from '#domain/volumes/volume-tags.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure, text } from '#protocols/aws/schemas.ts'
import { answer, dryRun, ownedSnapshot, placeOf } from '#protocols/awsec2/site.ts'

export const deleteSnapshotOperation = awsOperation({
  name: 'DeleteSnapshot',
  permissions: ['snapshot.delete'],
  body: { amzQuery: structure({ SnapshotId: text(), ...dryRun }) },
  trail: { parameters: ['snapshotId'], readOnly: false },
  async handle(context, call, { body, permit, site }) {
    const place = { ...placeOf(call, site), id: body.SnapshotId }
    assertSnapshotId(place.id)
    call.resource = snapshotArn(place)
    const snapshot = await snapshotById(context, call, place)
    // Whoever may not does not learn whether it is there.
    const deleting = permit('snapshot.delete', ownedSnapshot(place, snapshotFacts(place.region, snapshot?.value)))
    if (snapshot === undefined) throw snapshotNotFound(place.id)
    endOfDryRun(body.DryRun)
    await deleteSnapshot(context, call, { permit: deleting, snapshot })
    return answer(call, 'DeleteSnapshot', { return: true })
  },
})
