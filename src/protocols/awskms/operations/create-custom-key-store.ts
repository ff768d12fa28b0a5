import { createKeyStore } from '#domain/account-keys/stores/create-key-store.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { enumOf, optional, structure, text } from '#protocols/aws/schemas.ts'
import { askedRegion } from '#protocols/awskms/asked-key.ts'
import { settingsOf, shownSettings, storeName, storeSettings } from '#protocols/awskms/store-members.ts'

export const createCustomKeyStoreOperation = awsOperation({
  name: 'CreateCustomKeyStore',
  permissions: ['keyStore.create'],
  body: {
    amzJson: structure({
      CustomKeyStoreName: storeName,
      CustomKeyStoreType: optional(enumOf(['AWS_CLOUDHSM', 'EXTERNAL_KEY_STORE'])),
      TrustAnchorCertificate: optional(text({ min: 1, max: 5000 })),
      ...storeSettings,
    }),
  },
  trail: {
    parameters: body => ({
      customKeyStoreName: body.CustomKeyStoreName,
      customKeyStoreType: body.CustomKeyStoreType,
      ...shownSettings(body),
    }),
    answer: ['customKeyStoreId'],
    readOnly: false,
  },
  async handle(context, call, { site, permit, body }) {
    const asked = askedRegion(call, { site, permit, permission: 'keyStore.create' })
    const kind = body.CustomKeyStoreType === 'EXTERNAL_KEY_STORE' ? 'external' : 'token'
    const id = await createKeyStore(context, call, { ...asked, name: body.CustomKeyStoreName, kind, ...settingsOf(body) })
    return amzJson({ CustomKeyStoreId: id })
  },
})
