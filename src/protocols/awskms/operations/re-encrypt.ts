import { reEncrypt } from '#domain/envelopes/re-encrypt.ts'
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
  shownContext,
} from '#protocols/awskms/crypto-members.ts'
import { grantTokens, keyId } from '#protocols/awskms/members.ts'

export const reEncryptOperation = awsOperation({
  name: 'ReEncrypt',
  permissions: ['accountKey.reEncryptFrom', 'accountKey.reEncryptTo'],
  body: {
    amzJson: structure({
      CiphertextBlob: optional(ciphertext),
      SourceEncryptionContext: encryptionContext,
      SourceKeyId: optional(keyId),
      DestinationKeyId: keyId,
      DestinationEncryptionContext: encryptionContext,
      SourceEncryptionAlgorithm: encryptionAlgorithm,
      DestinationEncryptionAlgorithm: encryptionAlgorithm,
      GrantTokens: grantTokens,
      DryRun: dryRun,
      DryRunModifiers: dryRunModifiers,
    }),
  },
  trail: {
    parameters: body => ({
      sourceKeyId: body.SourceKeyId,
      sourceEncryptionContext: shownContext(body.SourceEncryptionContext),
      sourceEncryptionAlgorithm: body.SourceEncryptionAlgorithm ?? 'SYMMETRIC_DEFAULT',
      destinationKeyId: body.DestinationKeyId,
      destinationEncryptionContext: shownContext(body.DestinationEncryptionContext),
      destinationEncryptionAlgorithm: body.DestinationEncryptionAlgorithm ?? 'SYMMETRIC_DEFAULT',
      dryRun: body.DryRun,
    }),
    readOnly: true,
  },
  async handle(context, call, { site, body }) {
    const { region } = site
    const from = encryptionOf(body.SourceEncryptionAlgorithm, body.SourceEncryptionContext)
    const to = encryptionOf(body.DestinationEncryptionAlgorithm, body.DestinationEncryptionContext)
    const moved = await reEncrypt(context, call, {
      source: { ...from, region, ...ciphertextOf(body), keyId: body.SourceKeyId },
      destination: { ...to, key: { id: body.DestinationKeyId, region } },
      dryRun: body.DryRun,
    })
    return amzJson({
      CiphertextBlob: moved.blob,
      SourceKeyId: moved.sourceArn,
      KeyId: moved.arn,
      SourceEncryptionAlgorithm: from.algorithm,
      DestinationEncryptionAlgorithm: to.algorithm,
      SourceKeyMaterialId: moved.sourceMaterialId,
      DestinationKeyMaterialId: moved.materialId,
    })
  },
})
