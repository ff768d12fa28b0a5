import { useFacts } from '#domain/account-keys/use-facts.ts'
import { generateRandom } from '#domain/envelopes/random.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { optional, structure, text } from '#protocols/aws/schemas.ts'
import { askedRegion } from '#protocols/awskms/asked-key.ts'
import { invalid, numberOfBytes, recipient, recipientBodyBytes } from '#protocols/awskms/crypto-members.ts'
import { attestedRecipient } from '#protocols/awskms/recipient.ts'

export const generateRandomOperation = awsOperation({
  name: 'GenerateRandom',
  permissions: ['accountKey.generateRandom'],
  body: {
    amzJson: structure({
      NumberOfBytes: optional(numberOfBytes),
      CustomKeyStoreId: optional(text({ min: 1, max: 64 })),
      Recipient: recipient,
    }),
    maximumBytes: recipientBodyBytes,
  },
  trail: {
    parameters: ({ NumberOfBytes, CustomKeyStoreId }) => ({ numberOfBytes: NumberOfBytes, customKeyStoreId: CustomKeyStoreId }),
    readOnly: true,
  },
  async handle(context, call, { site, permit, body }) {
    const { NumberOfBytes: bytes, CustomKeyStoreId: storeId } = body
    const attested = await attestedRecipient(context, call, body.Recipient)
    const asked = askedRegion(call, { site, permit, permission: 'accountKey.generateRandom', facts: useFacts(attested.facts.facts ?? {}) })
    if (bytes === undefined) throw invalid('NumberOfBytes must be specified.')
    const drawn = await generateRandom(context, call, { ...asked, bytes, storeId })
    return amzJson(attested.answer({ Plaintext: drawn.bytes }, drawn))
  },
})
