import { generateDataKey } from '#domain/envelopes/data-keys.ts'
import { noContext } from '#domain/envelopes/encryption-context.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import {
  dataKeySize,
  dryRun,
  encryptionContext,
  recipient,
  recipientBodyBytes,
  shownContext,
  sizeOf,
} from '#protocols/awskms/crypto-members.ts'
import { grantTokens, keyId } from '#protocols/awskms/members.ts'
import { attestedRecipient } from '#protocols/awskms/recipient.ts'

export const generateDataKeyOperation = awsOperation({
  name: 'GenerateDataKey',
  permissions: ['accountKey.generateDataKey'],
  body: {
    amzJson: structure({
      KeyId: keyId,
      EncryptionContext: encryptionContext,
      ...dataKeySize,
      GrantTokens: grantTokens,
      Recipient: recipient,
      DryRun: dryRun,
    }),
    maximumBytes: recipientBodyBytes,
  },
  trail: {
    parameters: ({ KeyId, EncryptionContext, KeySpec, NumberOfBytes, DryRun }) => ({
      keyId: KeyId,
      encryptionContext: shownContext(EncryptionContext),
      keySpec: KeySpec,
      numberOfBytes: NumberOfBytes,
      dryRun: DryRun,
    }),
    readOnly: true,
  },
  async handle(context, call, { site, body }) {
    const bytes = sizeOf(body)
    const attested = await attestedRecipient(context, call, body.Recipient)
    const { arn, blob, plaintext, materialId } = await generateDataKey(context, call, {
      key: { id: body.KeyId, region: site.region },
      bound: body.EncryptionContext ?? noContext,
      bytes,
      shown: 'plain',
      dryRun: body.DryRun,
      ...attested.facts,
    })
    return amzJson({
      CiphertextBlob: blob,
      KeyId: arn,
      ...attested.answer({ Plaintext: plaintext.bytes, KeyMaterialId: materialId }, plaintext),
    })
  },
})
