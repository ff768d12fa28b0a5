import { endOfDryRun } from '#domain/account-keys/use-account-key.ts'
import { setVolumeDefaults, volumeDefaultsOf } from '#domain/volumes/defaults.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { answer, dryRun, ownedRegion, placeOf } from '#protocols/awsec2/site.ts'

const body = { amzQuery: structure(dryRun) }

export const getEbsEncryptionByDefault = awsOperation({
  name: 'GetEbsEncryptionByDefault',
  permissions: ['volumeDefaults.readEncryption'],
  body,
  trail: { parameters: [], readOnly: true },
  async handle(context, call, { body: asked, permit, site }) {
    const place = placeOf(call, site)
    permit('volumeDefaults.readEncryption', ownedRegion(place))
    endOfDryRun(asked.DryRun)
    const { encrypted } = await volumeDefaultsOf(context, call, place)
    return answer(call, 'GetEbsEncryptionByDefault', { ebsEncryptionByDefault: encrypted })
  },
})

/** Both say and do the same, one way or the other. */
const setting = (action: string, permission: 'volumeDefaults.enableEncryption' | 'volumeDefaults.disableEncryption', encrypted: boolean) =>
  awsOperation({
    name: action,
    permissions: [permission],
    body,
    trail: { parameters: [], readOnly: false },
    async handle(context, call, { body: asked, permit, site }) {
      const place = placeOf(call, site)
      const writing = permit(permission, ownedRegion(place))
      endOfDryRun(asked.DryRun)
      await setVolumeDefaults(context, call, { permit: writing, place, encrypted })
      return answer(call, action, { ebsEncryptionByDefault: encrypted })
    },
  })

export const enableEbsEncryptionByDefault = setting('EnableEbsEncryptionByDefault', 'volumeDefaults.enableEncryption', true)
export const disableEbsEncryptionByDefault = setting('DisableEbsEncryptionByDefault', 'volumeDefaults.disableEncryption', false)
