import { endOfDryRun } from '#domain/account-keys/use-account-key.ts'
import { deleteVolume } from '#domain/volumes/delete-volume.ts'
import { assertVolumeId, volumeById, volumeNotFound } from '#domain/volumes/find-volume.ts'
import { volumeArn } from '#domain/volumes/place.ts'
import { volumeFacts } from '#domain/volumes/volume-tags.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure, text } from '#protocols/aws/schemas.ts'
import { answer, dryRun, ownedVolume, placeOf } from '#protocols/awsec2/site.ts'

export const deleteVolumeOperation = awsOperation({
  name: 'DeleteVolume',
  permissions: ['volume.delete'],
  body: { amzQuery: structure({ VolumeId: text(), ...dryRun }) },
  trail: { parameters: ['volumeId'], readOnly: false },
  async handle(context, call, { body, permit, site }) {
    const place = { ...placeOf(call, site), id: body.VolumeId }
    assertVolumeId(place.id)
    call.resource = volumeArn(place)
    const volume = await volumeById(context, call, place)
    // Whoever may not does not learn whether it is there.
    const deleting = permit('volume.delete', ownedVolume(place, volumeFacts(place.region, volume?.value)))
    if (volume === undefined) throw volumeNotFound(place.id)
    endOfDryRun(body.DryRun)
    await deleteVolume(context, call, { permit: deleting, volume })
    return answer(call, 'DeleteVolume', { return: true })
  },
})
