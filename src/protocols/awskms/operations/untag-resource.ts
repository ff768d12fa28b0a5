import { untagAccountKey } from '#domain/account-keys/change-account-key.ts'
import { tagKeyFacts } from '#domain/account-keys/key-facts.ts'
import { amzEmpty } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { askedKey } from '#protocols/awskms/asked-key.ts'
import { keyId, tagKeys } from '#protocols/awskms/members.ts'

export const untagResourceOperation = awsOperation({
  name: 'UntagResource',
  permissions: ['accountKey.untag'],
  body: { amzJson: structure({ KeyId: keyId, TagKeys: tagKeys }) },
  trail: { parameters: ['keyId', 'tagKeys'], readOnly: false },
  async handle(context, call, { site, permit, body }) {
    const { KeyId: id, TagKeys: given } = body
    const asked = await askedKey(context, call, { site, permit, permission: 'accountKey.untag', id, facts: tagKeyFacts(given) })
    await untagAccountKey(context, call, { ...asked, tagKeys: given })
    return amzEmpty()
  },
})
