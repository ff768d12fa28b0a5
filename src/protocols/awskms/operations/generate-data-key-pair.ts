import { generateDataKeyPair } from '#domain/envelopes/data-keys.ts'
import { noContext } from '#domain/envelopes/encryption-context.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { dryRun, encryptionContext, recipient, recipientBodyBytes, shownContext } from '#protocols/awskms/crypto-members.ts'
import { keyPairSpec, pairSpecOf } from '#protocols/awskms/key-pair-specs.ts'
import { grantTokens, keyId } from '#protocols/awskms/members.ts'
import { attestedRecipient } from '#protocols/awskms/recipient.ts'

export const generateDataKeyPairOperation = awsOperation({
  name: 'GenerateDataKeyPair',
  permissions: ['accountKey.generateDataKeyPair'],
  body: {
    amzJson: structure({
      EncryptionContext: encryptionContext,
      KeyId: keyId,
      KeyPairSpec: keyPairSpec,
      GrantTokens: grantTokens,
      Recipient: recipient,
      DryRun: dryRun,
    }),
    maximumBytes: recipientBodyBytes,
  },
  trail: {
    parameters: ({ KeyId, EncryptionContext, KeyPairSpec, DryRun }) => ({
      keyId: KeyId,
      encryptionContext: shownContext(EncryptionContext),
      keyPairSpec: KeyPairSpec,
      dryRun: DryRun,
    }),
    readOnly: true,
  },
  async handle(context, call, { site, body }) {
    const attested = await attestedRecipient(context, call, body.Recipient)
    const made = await generateDataKeyPair(context, call, {
      key: { id: body.KeyId, region: site.region },
      bound: body.EncryptionContext ?? noContext,
      spec: pairSpecOf(body.KeyPairSpec),
      shown: 'plain',
      dryRun: body.DryRun,
      ...attested.facts,
    })
    return amzJson({
      PrivateKeyCiphertextBlob: made.blob,
      PublicKey: made.publicKey,
      KeyId: made.arn,
      KeyPairSpec: body.KeyPairSpec,
      ...attested.answer({ PrivateKeyPlaintext: made.plaintext.bytes, KeyMaterialId: made.materialId }, made.plaintext),
    })
  },
})
