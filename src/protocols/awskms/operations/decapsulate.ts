import { encapsulationAlgorithms } from '#domain/account-keys/algorithms.ts'
import { decapsulate } from '#domain/account-keys/encapsulation.ts'
import { namesOf } from '#model/names.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { enumOf, structure } from '#protocols/aws/schemas.ts'
import { ciphertext, dryRun } from '#protocols/awskms/crypto-members.ts'
import { grantTokens, keyId } from '#protocols/awskms/members.ts'

export const decapsulateOperation = awsOperation({
  name: 'Decapsulate',
  permissions: ['accountKey.decapsulate'],
  body: {
    amzJson: structure({
      KeyId: keyId,
      SharedSecretCiphertextBlob: ciphertext,
      EncapsulationAlgorithm: enumOf(namesOf(encapsulationAlgorithms)),
      GrantTokens: grantTokens,
      DryRun: dryRun,
    }),
  },
  trail: { parameters: ['keyId', 'encapsulationAlgorithm', 'dryRun'], readOnly: true },
  async handle(context, call, { site, body }) {
    const { arn, secret } = await decapsulate(context, call, {
      key: { id: body.KeyId, region: site.region },
      algorithm: body.EncapsulationAlgorithm,
      ciphertext: body.SharedSecretCiphertextBlob,
      dryRun: body.DryRun,
    })
    return amzJson({ KeyId: arn, SharedSecret: secret.bytes, EncapsulationAlgorithm: body.EncapsulationAlgorithm })
  },
})
