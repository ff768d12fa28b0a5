import { decrypt } from '#domain/envelopes/decrypt.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { optional, structure } from '#protocols/aws/schemas.ts'
import {
  ciphertext,
  ciphertextOf,
  dryRun,
  dryRunModifiers,
  encryptionAlgorithm,
  encryptionContext,
  encryptionOf,
  recipient,
  recipientBodyBytes,
  shownContext,
} from '#protocols/awskms/crypto-members.ts'
import { grantTokens, keyId } from '#protocols/awskms/members.ts'
import { attestedRecipient } from '#protocols/awskms/recipient.ts'

export const decryptOperation = awsOperation({
  name: 'Decrypt',
  permissions: ['accountKey.decrypt'],
  body: {
    amzJson: structure({
      CiphertextBlob: optional(ciphertext),
      EncryptionContext: encryptionContext,
      GrantTokens: grantTokens,
      KeyId: optional(keyId),
      EncryptionAlgorithm: encryptionAlgorithm,
      Recipient: recipient,
      DryRun: dryRun,
      DryRunModifiers: dryRunModifiers,
    }),
    maximumBytes: recipientBodyBytes,
  },
  trail: {
    parameters: ({ KeyId, EncryptionContext, EncryptionAlgorithm = 'SYMMETRIC_DEFAULT', DryRun }) => ({
      keyId: KeyId,
      encryptionContext: shownContext(EncryptionContext),
      encryptionAlgorithm: EncryptionAlgorithm,
      dryRun: DryRun,
    }),
    readOnly: true,
  },
  async handle(context, call, { site, body }) {
    const encryption = encryptionOf(body.EncryptionAlgorithm, body.EncryptionContext)
    const attested = await attestedRecipient(context, call, body.Recipient)
    const { arn, plaintext, materialId } = await decrypt(context, call, {
      ...encryption,
      region: site.region,
      ...ciphertextOf(body),
      keyId: body.KeyId,
      dryRun: body.DryRun,
      ...attested.facts,
    })
    return amzJson({
      KeyId: arn,
      EncryptionAlgorithm: encryption.algorithm,
      ...attested.answer({ Plaintext: plaintext.bytes, KeyMaterialId: materialId }, plaintext),
    })
  },
})
