import { listTags } from '#domain/account-keys/change-account-key.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { askedKey } from '#protocols/awskms/asked-key.ts'
import { keyId, paged } from '#protocols/awskms/members.ts'
import { page } from '#protocols/awskms/pages.ts'

export const listResourceTagsOperation = awsOperation({
  name: 'ListResourceTags',
  permissions: ['accountKey.listTags'],
  body: { amzJson: structure({ KeyId: keyId, ...paged }) },
  trail: { parameters: ['keyId'], readOnly: true },
  async handle(context, call, { site, permit, body }) {
    const asked = await askedKey(context, call, { site, permit, permission: 'accountKey.listTags', id: body.KeyId })
    return page(context, call, {
      region: site.region,
      list: `ListResourceTags ${keyArn(asked.key.value)}`,
      body,
      sizes: { max: 50, default: 50 },
      member: 'Tags',
      rows: async at => listTags({ ...asked, ...at }),
      item: ({ key, value }) => ({ TagKey: key, TagValue: value }),
    })
  },
})
