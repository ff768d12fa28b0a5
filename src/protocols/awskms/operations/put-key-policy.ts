import { requestFact } from '#domain/account-keys/key-facts.ts'
import { policyNames, writeKeyPolicy } from '#domain/account-keys/key-policy.ts'
import { amzEmpty } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { enumOf, flag, optional, structure } from '#protocols/aws/schemas.ts'
import { askedKey } from '#protocols/awskms/asked-key.ts'
import { keyId, policyBodyBytes, policyText } from '#protocols/awskms/members.ts'

export const putKeyPolicyOperation = awsOperation({
  name: 'PutKeyPolicy',
  permissions: ['accountKey.writePolicy'],
  body: {
    maximumBytes: policyBodyBytes,
    amzJson: structure({
      KeyId: keyId,
      PolicyName: optional(enumOf(policyNames)),
      Policy: policyText,
      BypassPolicyLockoutSafetyCheck: optional(flag),
    }),
  },
  trail: { parameters: ['keyId', 'policyName', 'policy', 'bypassPolicyLockoutSafetyCheck'], readOnly: false },
  async handle(context, call, { site, permit, body }) {
    const { KeyId: id, Policy: policy, BypassPolicyLockoutSafetyCheck: bypassLockout = false } = body
    const facts = requestFact('kms:bypasspolicylockoutsafetycheck', bypassLockout)
    const asked = await askedKey(context, call, { site, permit, permission: 'accountKey.writePolicy', id, facts })
    await writeKeyPolicy(context, call, { ...asked, policy, bypassLockout })
    return amzEmpty()
  },
})
