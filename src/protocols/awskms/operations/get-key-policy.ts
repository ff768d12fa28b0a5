import { readKeyPolicy } from '#domain/account-keys/key-policy.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { optional, structure } from '#protocols/aws/schemas.ts'
import { askedKey } from '#protocols/awskms/asked-key.ts'
import { keyId, policyName } from '#protocols/awskms/members.ts'

export const getKeyPolicyOperation = awsOperation({
  name: 'GetKeyPolicy',
  permissions: ['accountKey.readPolicy'],
  body: { amzJson: structure({ KeyId: keyId, PolicyName: optional(policyName) }) },
  trail: { parameters: ['keyId', 'policyName'], readOnly: true },
  async handle(context, call, { site, permit, body }) {
    const { KeyId: id, PolicyName: name = 'default' } = body
    const asked = await askedKey(context, call, { site, permit, permission: 'accountKey.readPolicy', id })
    return amzJson({ Policy: readKeyPolicy(context, { ...asked, name }), PolicyName: name })
  },
})
