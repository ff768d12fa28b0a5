import { retireGrant, retiring } from '#domain/account-keys/grants/end-grant.ts'
import { grantNamed, type GrantReference } from '#domain/account-keys/grants/find-grant.ts'
import { invalidGrant } from '#domain/account-keys/grants/grant-request.ts'
import { amzEmpty } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { optional, structure } from '#protocols/aws/schemas.ts'
import { dryRun } from '#protocols/awskms/crypto-members.ts'
import { grantId, grantToken } from '#protocols/awskms/grant-members.ts'
import { keyId } from '#protocols/awskms/members.ts'

export const retireGrantOperation = awsOperation({
  name: 'RetireGrant',
  permissions: ['keyGrant.retire'],
  body: { amzJson: structure({ GrantToken: optional(grantToken), KeyId: optional(keyId), GrantId: optional(grantId), DryRun: dryRun }) },
  trail: { parameters: ['keyId', 'grantId', 'dryRun'], readOnly: false },
  async handle(context, call, { site, permit, body }) {
    const { key, grant } = await grantNamed(context, call, { region: site.region, ...referenceOf(body) })
    const given = permit('keyGrant.retire', retiring(call, key, grant))
    await retireGrant(context, call, { permit: given, key, grant, dryRun: body.DryRun })
    return amzEmpty()
  },
})

/** By its token, or by the key and its id. */
function referenceOf(body: { readonly GrantToken?: string; readonly KeyId?: string; readonly GrantId?: string }): GrantReference {
  const { GrantToken: token, KeyId: key, GrantId: id } = body
  if (token !== undefined && key === undefined && id === undefined) return { token }
  if (token === undefined && key !== undefined && id !== undefined) return { keyId: key, grantId: id }
  throw invalidGrant('You must specify either a grant token, or a key and the ID of a grant on it.')
}
