import { keyArn } from '#domain/account-keys/key-arn.ts'
import { policyNames } from '#domain/account-keys/key-policy.ts'
import { assertPermitsKey } from '#domain/account-keys/permit-account-key.ts'
import { pageOfVersions } from '#domain/vault-objects/list-objects.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { askedKey } from '#protocols/awskms/asked-key.ts'
import { keyId, paged } from '#protocols/awskms/members.ts'
import { page } from '#protocols/awskms/pages.ts'

export const listKeyPoliciesOperation = awsOperation({
  name: 'ListKeyPolicies',
  permissions: ['accountKey.listPolicies'],
  body: { amzJson: structure({ KeyId: keyId, ...paged }) },
  trail: { parameters: ['keyId'], readOnly: true },
  async handle(context, call, { site, permit, body }) {
    const asked = await askedKey(context, call, { site, permit, permission: 'accountKey.listPolicies', id: body.KeyId })
    assertPermitsKey(asked.permit, asked.key)
    return page(context, call, {
      region: site.region,
      list: `ListKeyPolicies ${keyArn(asked.key.value)}`,
      body,
      sizes: { max: 1000, default: 100 },
      member: 'PolicyNames',
      rows: async at => pageOfVersions(policyNames, at),
      item: name => name,
    })
  },
})
