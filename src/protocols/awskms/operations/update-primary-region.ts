import { replicaIn, updatePrimaryRegion } from '#domain/account-keys/regions/update-primary-region.ts'
import { ownedKey } from '#domain/account-keys/permit-account-key.ts'
import { requestFact } from '#domain/account-keys/key-facts.ts'
import { amzEmpty } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { askedKey } from '#protocols/awskms/asked-key.ts'
import { keyId, regionName } from '#protocols/awskms/members.ts'

export const updatePrimaryRegionOperation = awsOperation({
  name: 'UpdatePrimaryRegion',
  permissions: ['accountKey.updatePrimaryRegion'],
  body: { amzJson: structure({ KeyId: keyId, PrimaryRegion: regionName }) },
  trail: { parameters: ['keyId', 'primaryRegion'], readOnly: false },
  async handle(context, call, { site, permit, body }) {
    const { KeyId: id, PrimaryRegion: region } = body
    const permission = 'accountKey.updatePrimaryRegion'
    const facts = requestFact('kms:primaryregion', region)
    const asked = await askedKey(context, call, { site, permit, permission, id, facts })
    // Of both keys: each has a policy of its own.
    const replica = await replicaIn(context, call, { key: asked.key, region })
    const permitThere = permit(permission, await ownedKey(context, call, { key: replica, facts }))
    await updatePrimaryRegion(context, call, { ...asked, replica, permitThere })
    return amzEmpty()
  },
})
