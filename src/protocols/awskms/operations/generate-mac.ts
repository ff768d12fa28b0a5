import { macAlgorithms } from '#domain/account-keys/algorithms.ts'
import { generateMac } from '#domain/account-keys/authentication-codes.ts'
import { namesOf } from '#model/names.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { enumOf, structure } from '#protocols/aws/schemas.ts'
import { dryRun, plaintext } from '#protocols/awskms/crypto-members.ts'
import { grantTokens, keyId } from '#protocols/awskms/members.ts'

export const generateMacOperation = awsOperation({
  name: 'GenerateMac',
  permissions: ['accountKey.generateMac'],
  body: {
    amzJson: structure({
      Message: plaintext,
      KeyId: keyId,
      MacAlgorithm: enumOf(namesOf(macAlgorithms)),
      GrantTokens: grantTokens,
      DryRun: dryRun,
    }),
  },
  trail: { parameters: ['keyId', 'macAlgorithm', 'dryRun'], readOnly: true },
  async handle(context, call, { site, body }) {
    const { arn, mac } = await generateMac(context, call, {
      key: { id: body.KeyId, region: site.region },
      algorithm: body.MacAlgorithm,
      message: body.Message,
      dryRun: body.DryRun,
    })
    return amzJson({ Mac: mac, MacAlgorithm: body.MacAlgorithm, KeyId: arn })
  },
})
