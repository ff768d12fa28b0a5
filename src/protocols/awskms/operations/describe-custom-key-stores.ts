import { listKeyStores } from '#domain/account-keys/stores/list-key-stores.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { optional, structure } from '#protocols/aws/schemas.ts'
import { askedRegion } from '#protocols/awskms/asked-key.ts'
import { invalid } from '#protocols/awskms/crypto-members.ts'
import { paged } from '#protocols/awskms/members.ts'
import { page } from '#protocols/awskms/pages.ts'
import { storeEntry, storeId, storeName } from '#protocols/awskms/store-members.ts'

export const describeCustomKeyStoresOperation = awsOperation({
  name: 'DescribeCustomKeyStores',
  permissions: ['keyStore.describe'],
  body: { amzJson: structure({ CustomKeyStoreId: optional(storeId), CustomKeyStoreName: optional(storeName), ...paged }) },
  trail: { parameters: ['customKeyStoreId', 'customKeyStoreName'], readOnly: true },
  async handle(context, call, { site, permit, body }) {
    const asked = askedRegion(call, { site, permit, permission: 'keyStore.describe' })
    const { CustomKeyStoreId: id, CustomKeyStoreName: name } = body
    if (id !== undefined && name !== undefined) throw invalid('You cannot specify both CustomKeyStoreId and CustomKeyStoreName.')
    return page(context, call, {
      region: site.region,
      list: `DescribeCustomKeyStores ${id ?? ''} ${name ?? ''}`,
      body,
      sizes: { max: 1000, default: 1000 },
      member: 'CustomKeyStores',
      rows: async at => listKeyStores(context, call, { ...asked, ...at, id, name }),
      item: storeEntry,
    })
  },
})
