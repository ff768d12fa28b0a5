import { generateDataKey } from '#domain/envelopes/data-keys.ts'
import { noContext } from '#domain/envelopes/encryption-context.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { dataKeySize, dryRun, encryptionContext, shownContext, sizeOf } from '#protocols/awskms/crypto-members.ts'
import { grantTokens, keyId } from '#protocols/awskms/members.ts'

export const generateDataKeyWithoutPlaintextOperation = awsOperation({
  name: 'GenerateDataKeyWithoutPlaintext',
  permissions: ['accountKey.generateDataKeyWithoutPlaintext'],
  body: {
    amzJson: structure({
      KeyId: keyId,
      EncryptionContext: encryptionContext,
      ...dataKeySize,
      GrantTokens: grantTokens,
      DryRun: dryRun,
    }),
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
    const { arn, blob, materialId } = await generateDataKey(context, call, {
      key: { id: body.KeyId, region: site.region },
      bound: body.EncryptionContext ?? noContext,
      bytes: sizeOf(body),
      shown: 'sealed',
      dryRun: body.DryRun,
    })
    return amzJson({ CiphertextBlob: blob, KeyId: arn, KeyMaterialId: materialId })
  },
})
