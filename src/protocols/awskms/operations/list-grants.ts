import { grantCallFacts, invalidGrant } from '#domain/account-keys/grants/grant-request.ts'
import { listGrants } from '#domain/account-keys/grants/list-grants.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { optional, structure } from '#protocols/aws/schemas.ts'
import { askedKey } from '#protocols/awskms/asked-key.ts'
import { grantEntry, grantId, principal, servicePrincipal } from '#protocols/awskms/grant-members.ts'
import { keyId, paged } from '#protocols/awskms/members.ts'
import { page } from '#protocols/awskms/pages.ts'

export const listGrantsOperation = awsOperation({
  name: 'ListGrants',
  permissions: ['keyGrant.list'],
  body: {
    amzJson: structure({
      KeyId: keyId,
      GrantId: optional(grantId),
      GranteePrincipal: principal,
      GranteeServicePrincipal: servicePrincipal,
      ...paged,
    }),
  },
  trail: { parameters: ['keyId', 'grantId', 'granteePrincipal', 'granteeServicePrincipal'], readOnly: true },
  async handle(context, call, { site, permit, body }) {
    const { GrantId: asksFor, GranteePrincipal: named, GranteeServicePrincipal: service } = body
    if (named !== undefined && service !== undefined)
      throw invalidGrant('You cannot specify both GranteePrincipal and GranteeServicePrincipal.')
    const grantee = named ?? service
    const asked = await askedKey(context, call, { site, permit, permission: 'keyGrant.list', id: body.KeyId, facts: grantCallFacts(call) })
    return page(context, call, {
      region: site.region,
      list: `ListGrants ${keyArn(asked.key.value)} ${grantee ?? ''}`,
      body,
      sizes: { max: 100, default: 50 },
      member: 'Grants',
      rows: async at => listGrants(context, call, { ...asked, ...at, grantId: asksFor, grantee }),
      item: grantEntry,
    })
  },
})
