import { macAlgorithms } from '#domain/account-keys/algorithms.ts'
import { verifyMac } from '#domain/account-keys/authentication-codes.ts'
import { namesOf } from '#model/names.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { enumOf, structure } from '#protocols/aws/schemas.ts'
import { ciphertext, dryRun, plaintext } from '#protocols/awskms/crypto-members.ts'
import { grantTokens, keyId } from '#protocols/awskms/members.ts'

export const verifyMacOperation = awsOperation({
  name: 'VerifyMac',
  permissions: ['accountKey.verifyMac'],
  body: {
    amzJson: structure({
      Message: plaintext,
      KeyId: keyId,
      MacAlgorithm: enumOf(namesOf(macAlgorithms)),
      Mac: ciphertext,
      GrantTokens: grantTokens,
      DryRun: dryRun,
    }),
  },
  trail: { parameters: ['keyId', 'macAlgorithm', 'dryRun'], readOnly: true },
  async handle(context, call, { site, body }) {
    const { arn } = await verifyMac(context, call, {
      key: { id: body.KeyId, region: site.region },
      algorithm: body.MacAlgorithm,
      message: body.Message,
      mac: body.Mac,
      dryRun: body.DryRun,
    })
    return amzJson({ KeyId: arn, MacValid: true, MacAlgorithm: body.MacAlgorithm })
  },
})
