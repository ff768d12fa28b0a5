import { tagAccountKey } from '#domain/account-keys/change-account-key.ts'
import { tagFacts } from '#domain/account-keys/key-facts.ts'
import { amzEmpty } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { askedKey } from '#protocols/awskms/asked-key.ts'
import { keyId, keyTags, tags } from '#protocols/awskms/members.ts'

export const tagResourceOperation = awsOperation({
  name: 'TagResource',
  permissions: ['accountKey.tag'],
  body: { amzJson: structure({ KeyId: keyId, Tags: tags }) },
  trail: { parameters: ['keyId', 'tags'], readOnly: false },
  async handle(context, call, { site, permit, body }) {
    const given = keyTags(body.Tags)
    const asked = await askedKey(context, call, { site, permit, permission: 'accountKey.tag', id: body.KeyId, facts: tagFacts(given) })
    await tagAccountKey(context, call, { ...asked, tags: given })
    return amzEmpty()
  },
})
