import { keyArn } from '#domain/account-keys/key-arn.ts'
import { listAccountKeys } from '#domain/account-keys/list-account-keys.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { askedRegion } from '#protocols/awskms/asked-key.ts'
import { paged } from '#protocols/awskms/members.ts'
import { page } from '#protocols/awskms/pages.ts'

export const listKeysOperation = awsOperation({
  name: 'ListKeys',
  permissions: ['accountKey.list'],
  body: { amzJson: structure(paged) },
  trail: { parameters: [], readOnly: true },
  async handle(context, call, { site, permit, body }) {
    const asked = askedRegion(call, { site, permit, permission: 'accountKey.list' })
    return page(context, call, {
      region: site.region,
      list: 'ListKeys',
      body,
      sizes: { max: 1000, default: 100 },
      member: 'Keys',
      rows: async at => listAccountKeys(context, call, { ...asked, ...at }),
      item: key => ({ KeyId: key.id, KeyArn: keyArn(key) }),
    })
  },
})
