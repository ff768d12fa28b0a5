import { endOfDryRun } from '#domain/account-keys/use-account-key.ts'
import { setVolumeDefaults, volumeDefaultsOf } from '#domain/volumes/defaults.ts'
import { serviceKeyAlias } from '#domain/volumes/place.ts'
import { keyForVolumes } from '#domain/volumes/volume-keys.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure, text } from '#protocols/aws/schemas.ts'
import { answer, dryRun, ownedRegion, placeOf } from '#protocols/awsec2/site.ts'

export const getEbsDefaultKmsKeyId = awsOperation({
  name: 'GetEbsDefaultKmsKeyId',
  permissions: ['volumeDefaults.readKey'],
  body: { amzQuery: structure(dryRun) },
  trail: { parameters: [], readOnly: true },
  async handle(context, call, { body, permit, site }) {
    const place = placeOf(call, site)
    permit('volumeDefaults.readKey', ownedRegion(place))
    endOfDryRun(body.DryRun)
    const { keyArn = serviceKeyAlias } = await volumeDefaultsOf(context, call, place)
    return answer(call, 'GetEbsDefaultKmsKeyId', { kmsKeyId: keyArn })
  },
})

export const modifyEbsDefaultKmsKeyId = awsOperation({
  name: 'ModifyEbsDefaultKmsKeyId',
  permissions: ['volumeDefaults.writeKey'],
  body: { amzQuery: structure({ KmsKeyId: text({ min: 1, max: 2_048 }), ...dryRun }) },
  trail: { parameters: ['kmsKeyId'], readOnly: false },
  async handle(context, call, { body, permit, site }) {
    const place = placeOf(call, site)
    const writing = permit('volumeDefaults.writeKey', ownedRegion(place))
    endOfDryRun(body.DryRun)
    const keyArn = await keyForVolumes(context, call, { place, keyId: body.KmsKeyId })
    await setVolumeDefaults(context, call, { permit: writing, place, keyArn })
    return answer(call, 'ModifyEbsDefaultKmsKeyId', { kmsKeyId: keyArn })
  },
})

export const resetEbsDefaultKmsKeyId = awsOperation({
  name: 'ResetEbsDefaultKmsKeyId',
  permissions: ['volumeDefaults.resetKey'],
  body: { amzQuery: structure(dryRun) },
  trail: { parameters: [], readOnly: false },
  async handle(context, call, { body, permit, site }) {
    const place = placeOf(call, site)
    const writing = permit('volumeDefaults.resetKey', ownedRegion(place))
    endOfDryRun(body.DryRun)
    await setVolumeDefaults(context, call, { permit: writing, place, keyArn: null })
    return answer(call, 'ResetEbsDefaultKmsKeyId', { kmsKeyId: serviceKeyAlias })
  },
})
