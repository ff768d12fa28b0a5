import { updateKeyStore } from '#domain/account-keys/stores/change-key-store.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { optional, structure } from '#protocols/aws/schemas.ts'
import { askedRegion } from '#protocols/awskms/asked-key.ts'
import { settingsOf, shownSettings, storeId, storeName, storeSettings } from '#protocols/awskms/store-members.ts'

export const updateCustomKeyStoreOperation = awsOperation({
  name: 'UpdateCustomKeyStore',
  permissions: ['keyStore.update'],
  body: { amzJson: structure({ CustomKeyStoreId: storeId, NewCustomKeyStoreName: optional(storeName), ...storeSettings }) },
  trail: {
    parameters: body => ({
      customKeyStoreId: body.CustomKeyStoreId,
      newCustomKeyStoreName: body.NewCustomKeyStoreName,
      ...shownSettings(body),
    }),
    readOnly: false,
  },
  async handle(context, call, { site, permit, body }) {
    const asked = askedRegion(call, { site, permit, permission: 'keyStore.update' })
    const { CustomKeyStoreId: id, NewCustomKeyStoreName: name } = body
    await updateKeyStore(context, call, { ...asked, id, name, ...settingsOf(body) })
    return amzJson({})
  },
})
