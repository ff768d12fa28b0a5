import { describeAnew } from '#domain/account-keys/change-account-key.ts'
import { amzEmpty } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { askedKey } from '#protocols/awskms/asked-key.ts'
import { description, keyId } from '#protocols/awskms/members.ts'

export const updateKeyDescriptionOperation = awsOperation({
  name: 'UpdateKeyDescription',
  permissions: ['accountKey.updateDescription'],
  body: { amzJson: structure({ KeyId: keyId, Description: description }) },
  trail: { parameters: ['keyId', 'description'], readOnly: false },
  async handle(context, call, { site, permit, body }) {
    const asked = await askedKey(context, call, { site, permit, permission: 'accountKey.updateDescription', id: body.KeyId })
    await describeAnew(context, call, { ...asked, description: body.Description })
    return amzEmpty()
  },
})
