import { keyArn } from '#domain/account-keys/key-arn.ts'
import { rotateOnDemand } from '#domain/account-keys/rotate-account-key.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { askedKey } from '#protocols/awskms/asked-key.ts'
import { keyId } from '#protocols/awskms/members.ts'

export const rotateKeyOnDemandOperation = awsOperation({
  name: 'RotateKeyOnDemand',
  permissions: ['accountKey.rotate'],
  body: { amzJson: structure({ KeyId: keyId }) },
  trail: { parameters: ['keyId'], readOnly: false },
  async handle(context, call, { site, permit, body }) {
    const asked = await askedKey(context, call, { site, permit, permission: 'accountKey.rotate', id: body.KeyId })
    await rotateOnDemand(context, call, asked)
    return amzJson({ KeyId: keyArn(asked.key.value) })
  },
})
