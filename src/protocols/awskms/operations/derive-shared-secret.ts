import { deriveSharedSecret } from '#domain/account-keys/agreement.ts'
import { agreementAlgorithms } from '#domain/account-keys/algorithms.ts'
import { originNames } from '#domain/account-keys/words.ts'
import { namesOf } from '#model/names.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { enumOf, structure } from '#protocols/aws/schemas.ts'
import { dryRun, publicKey, recipient, recipientBodyBytes } from '#protocols/awskms/crypto-members.ts'
import { grantTokens, keyId } from '#protocols/awskms/members.ts'
import { attestedRecipient } from '#protocols/awskms/recipient.ts'

export const deriveSharedSecretOperation = awsOperation({
  name: 'DeriveSharedSecret',
  permissions: ['accountKey.deriveSharedSecret'],
  body: {
    amzJson: structure({
      KeyId: keyId,
      KeyAgreementAlgorithm: enumOf(namesOf(agreementAlgorithms)),
      PublicKey: publicKey,
      GrantTokens: grantTokens,
      DryRun: dryRun,
      Recipient: recipient,
    }),
    maximumBytes: recipientBodyBytes,
  },
  trail: { parameters: ['keyId', 'keyAgreementAlgorithm', 'dryRun'], readOnly: true },
  async handle(context, call, { site, body }) {
    const attested = await attestedRecipient(context, call, body.Recipient)
    const { key, arn, secret } = await deriveSharedSecret(context, call, {
      key: { id: body.KeyId, region: site.region },
      algorithm: body.KeyAgreementAlgorithm,
      peer: body.PublicKey,
      dryRun: body.DryRun,
      ...attested.facts,
    })
    return amzJson({
      KeyId: arn,
      KeyAgreementAlgorithm: body.KeyAgreementAlgorithm,
      KeyOrigin: originNames[key.origin],
      ...attested.answer({ SharedSecret: secret.bytes }, secret),
    })
  },
})
