import { encapsulationAlgorithms } from '#domain/account-keys/algorithms.ts'
import { encapsulate } from '#domain/account-keys/encapsulation.ts'
import { namesOf } from '#model/names.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { enumOf, structure } from '#protocols/aws/schemas.ts'
import { dryRun } from '#protocols/awskms/crypto-members.ts'
import { grantTokens, keyId } from '#protocols/awskms/members.ts'

export const encapsulateOperation = awsOperation({
  name: 'Encapsulate',
  permissions: ['accountKey.encapsulate'],
  body: {
    amzJson: structure({
      KeyId: keyId,
      EncapsulationAlgorithm: enumOf(namesOf(encapsulationAlgorithms)),
      GrantTokens: grantTokens,
      DryRun: dryRun,
    }),
  },
  trail: { parameters: ['keyId', 'encapsulationAlgorithm', 'dryRun'], readOnly: true },
  async handle(context, call, { site, body }) {
    const made = await encapsulate(context, call, {
      key: { id: body.KeyId, region: site.region },
      algorithm: body.EncapsulationAlgorithm,
      dryRun: body.DryRun,
    })
    return amzJson({
      KeyId: made.arn,
      SharedSecret: made.secret.bytes,
      SharedSecretCiphertextBlob: made.ciphertext,
      EncapsulationAlgorithm: body.EncapsulationAlgorithm,
    })
  },
})
