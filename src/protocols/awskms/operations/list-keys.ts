import { keyArn } from '#domain/account-keys/key-arn.ts'
import { listAccountKeys } from '#domain/account-keys/list-account-keys.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { enumOf, list, optional, structure } from '#protocols/aws/schemas.ts'
import { askedRegion } from '#protocols/awskms/asked-key.ts'
import { paged } from '#protocols/awskms/members.ts'
import { page } from '#protocols/awskms/pages.ts'

const resourceOwners = optional(list(enumOf(['SELF', 'OTHER_ACCOUNTS_VIA_RAM']), { min: 1, max: 2 }))

export const listKeysOperation = awsOperation({
  name: 'ListKeys',
  permissions: ['accountKey.list'],
  body: { amzJson: structure({ ResourceOwners: resourceOwners, ...paged }) },
  trail: { parameters: ['resourceOwners'], readOnly: true },
  async handle(context, call, { site, permit, body }) {
    const asked = askedRegion(call, { site, permit, permission: 'accountKey.list' })
    const { ResourceOwners: owners = ['SELF'] } = body
    return page(context, call, {
      region: site.region,
      list: `ListKeys ${owners.join(' ')}`,
      body,
      sizes: { max: 1000, default: 100 },
      member: 'Keys',
      // No account shares its keys through resource shares here: of others there are none.
      rows: async at => (owners.includes('SELF') ? listAccountKeys(context, call, { ...asked, ...at }) : { items: [] }),
      item: key => ({ KeyId: key.id, KeyArn: keyArn(key) }),
    })
  },
})
