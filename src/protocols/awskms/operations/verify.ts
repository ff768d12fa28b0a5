import { verifyAs } from '#domain/account-keys/signing.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { ciphertext } from '#protocols/awskms/crypto-members.ts'
import { signingMembers, signingOf, signingParameters } from '#protocols/awskms/signing-members.ts'

export const verifyOperation = awsOperation({
  name: 'Verify',
  permissions: ['accountKey.verify'],
  body: { amzJson: structure({ ...signingMembers, Signature: ciphertext }) },
  trail: { parameters: signingParameters, readOnly: true },
  async handle(context, call, { site, body }) {
    const { arn } = await verifyAs(context, call, { ...signingOf(body, site.region), signature: body.Signature })
    return amzJson({ KeyId: arn, SignatureValid: true, SigningAlgorithm: body.SigningAlgorithm })
  },
})
