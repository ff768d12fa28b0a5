import { enableAccountKey } from '#domain/account-keys/change-account-key.ts'
import { amzEmpty } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { askedKey } from '#protocols/awskms/asked-key.ts'
import { keyId } from '#protocols/awskms/members.ts'

export const enableKeyOperation = awsOperation({
  name: 'EnableKey',
  permissions: ['accountKey.enable'],
  body: { amzJson: structure({ KeyId: keyId }) },
  trail: { parameters: ['keyId'], readOnly: false },
  async handle(context, call, { site, permit, body }) {
    await enableAccountKey(context, call, await askedKey(context, call, { site, permit, permission: 'accountKey.enable', id: body.KeyId }))
    return amzEmpty()
  },
})
