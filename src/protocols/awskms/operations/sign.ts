import { signAs } from '#domain/account-keys/signing.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { signingMembers, signingParameters, signingOf } from '#protocols/awskms/signing-members.ts'

export const signOperation = awsOperation({
  name: 'Sign',
  permissions: ['accountKey.sign'],
  body: { amzJson: structure(signingMembers) },
  trail: { parameters: signingParameters, readOnly: true },
  async handle(context, call, { site, body }) {
    const { arn, signature } = await signAs(context, call, signingOf(body, site.region))
    return amzJson({ KeyId: arn, Signature: signature, SigningAlgorithm: body.SigningAlgorithm })
  },
})
