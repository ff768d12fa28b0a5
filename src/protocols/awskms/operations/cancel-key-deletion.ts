import { cancelDeletion } from '#domain/account-keys/delete-account-key.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { askedKey } from '#protocols/awskms/asked-key.ts'
import { keyId } from '#protocols/awskms/members.ts'

export const cancelKeyDeletionOperation = awsOperation({
  name: 'CancelKeyDeletion',
  permissions: ['accountKey.cancelDeletion'],
  body: { amzJson: structure({ KeyId: keyId }) },
  trail: { parameters: ['keyId'], answer: ['keyId'], readOnly: false },
  async handle(context, call, { site, permit, body }) {
    const asked = await askedKey(context, call, { site, permit, permission: 'accountKey.cancelDeletion', id: body.KeyId })
    return amzJson({ KeyId: keyArn(await cancelDeletion(context, call, asked)) })
  },
})
