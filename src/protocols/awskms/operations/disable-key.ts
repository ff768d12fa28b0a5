import { disableAccountKey } from '#domain/account-keys/change-account-key.ts'
import { amzEmpty } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { askedKey } from '#protocols/awskms/asked-key.ts'
import { keyId } from '#protocols/awskms/members.ts'

export const disableKeyOperation = awsOperation({
  name: 'DisableKey',
  permissions: ['accountKey.disable'],
  body: { amzJson: structure({ KeyId: keyId }) },
  trail: { parameters: ['keyId'], readOnly: false },
  async handle(context, call, { site, permit, body }) {
    await disableAccountKey(
      context,
      call,
      await askedKey(context, call, { site, permit, permission: 'accountKey.disable', id: body.KeyId }),
    )
    return amzEmpty()
  },
})
