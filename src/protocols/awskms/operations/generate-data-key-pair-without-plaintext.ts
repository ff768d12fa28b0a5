import { generateDataKeyPair } from '#domain/envelopes/data-keys.ts'
import { noContext } from '#domain/envelopes/encryption-context.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { dryRun, encryptionContext, shownContext } from '#protocols/awskms/crypto-members.ts'
import { keyPairSpec, pairSpecOf } from '#protocols/awskms/key-pair-specs.ts'
import { grantTokens, keyId } from '#protocols/awskms/members.ts'

export const generateDataKeyPairWithoutPlaintextOperation = awsOperation({
  name: 'GenerateDataKeyPairWithoutPlaintext',
  permissions: ['accountKey.generateDataKeyPairWithoutPlaintext'],
  body: {
    amzJson: structure({
      EncryptionContext: encryptionContext,
      KeyId: keyId,
      KeyPairSpec: keyPairSpec,
      GrantTokens: grantTokens,
      DryRun: dryRun,
    }),
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
    const made = await generateDataKeyPair(context, call, {
      key: { id: body.KeyId, region: site.region },
      bound: body.EncryptionContext ?? noContext,
      spec: pairSpecOf(body.KeyPairSpec),
      shown: 'sealed',
      dryRun: body.DryRun,
    })
    return amzJson({
      PrivateKeyCiphertextBlob: made.blob,
      PublicKey: made.publicKey,
      KeyId: made.arn,
      KeyPairSpec: body.KeyPairSpec,
      KeyMaterialId: made.materialId,
    })
  },
})
