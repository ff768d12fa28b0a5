import { deleteKeyStore } from '#domain/account-keys/stores/change-key-store.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { askedRegion } from '#protocols/awskms/asked-key.ts'
import { storeId } from '#protocols/awskms/store-members.ts'

export const deleteCustomKeyStoreOperation = awsOperation({
  name: 'DeleteCustomKeyStore',
  permissions: ['keyStore.delete'],
  body: { amzJson: structure({ CustomKeyStoreId: storeId }) },
  trail: { parameters: ['customKeyStoreId'], readOnly: false },
  async handle(context, call, { site, permit, body }) {
    const asked = askedRegion(call, { site, permit, permission: 'keyStore.delete' })
    await deleteKeyStore(context, call, { ...asked, id: body.CustomKeyStoreId })
    return amzJson({})
  },
})
