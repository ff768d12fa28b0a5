import { readPublicKey } from '#domain/account-keys/read-public-key.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { algorithmsMember } from '#protocols/awskms/key-metadata.ts'
import { grantTokens, keyId } from '#protocols/awskms/members.ts'

export const getPublicKeyOperation = awsOperation({
  name: 'GetPublicKey',
  permissions: ['accountKey.readPublicKey'],
  body: { amzJson: structure({ KeyId: keyId, GrantTokens: grantTokens }) },
  trail: { parameters: ['keyId'], readOnly: true },
  async handle(context, call, { site, body }) {
    const { key, arn, publicKey } = await readPublicKey(context, call, { id: body.KeyId, region: site.region })
    return amzJson({
      KeyId: arn,
      PublicKey: publicKey,
      CustomerMasterKeySpec: key.spec,
      KeySpec: key.spec,
      KeyUsage: key.usage,
      ...algorithmsMember(key),
    })
  },
})
