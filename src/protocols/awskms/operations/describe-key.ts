import { findOrMakeKey } from '#domain/account-keys/managed-keys.ts'
import { assertPermitsKey, permitKey } from '#domain/account-keys/permit-account-key.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { keyMetadata } from '#protocols/awskms/key-metadata.ts'
import { grantTokens, keyId } from '#protocols/awskms/members.ts'

export const describeKeyOperation = awsOperation({
  name: 'DescribeKey',
  permissions: ['accountKey.describe'],
  body: { amzJson: structure({ KeyId: keyId, GrantTokens: grantTokens }) },
  trail: { parameters: ['keyId'], readOnly: true },
  async handle(context, call, { site, body }) {
    const permission = 'accountKey.describe'
    // Keys of services appear when they are first looked at.
    const found = await findOrMakeKey(context, call, { id: body.KeyId, region: site.region, accepts: 'any', permission })
    assertPermitsKey(await permitKey(context, call, { ...found, permission }), found.key)
    return amzJson({ KeyMetadata: await keyMetadata(context, call, found.key) })
  },
})
