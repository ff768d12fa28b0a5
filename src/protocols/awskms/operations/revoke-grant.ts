import { revokeGrant } from '#domain/account-keys/grants/end-grant.ts'
import { grantCallFacts } from '#domain/account-keys/grants/grant-request.ts'
import { amzEmpty } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { askedKey } from '#protocols/awskms/asked-key.ts'
import { dryRun } from '#protocols/awskms/crypto-members.ts'
import { grantId } from '#protocols/awskms/grant-members.ts'
import { keyId } from '#protocols/awskms/members.ts'

export const revokeGrantOperation = awsOperation({
  name: 'RevokeGrant',
  permissions: ['keyGrant.revoke'],
  body: { amzJson: structure({ KeyId: keyId, GrantId: grantId, DryRun: dryRun }) },
  trail: { parameters: ['keyId', 'grantId', 'dryRun'], readOnly: false },
  async handle(context, call, { site, permit, body }) {
    const asked = await askedKey(context, call, {
      site,
      permit,
      permission: 'keyGrant.revoke',
      id: body.KeyId,
      facts: grantCallFacts(call),
    })
    await revokeGrant(context, call, { ...asked, grantId: body.GrantId, dryRun: body.DryRun })
    return amzEmpty()
  },
})
