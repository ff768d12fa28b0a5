import { z } from 'zod'
import { invalidGrant } from '#domain/account-keys/grants/grant-request.ts'
import { listRetirableGrants, type GrantsAfter } from '#domain/account-keys/grants/list-grants.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { openMarker, sealMarker } from '#protocols/aws/markers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { askedRegion } from '#protocols/awskms/asked-key.ts'
import { grantEntry, principal, servicePrincipal } from '#protocols/awskms/grant-members.ts'
import { paged } from '#protocols/awskms/members.ts'

export const listRetirableGrantsOperation = awsOperation({
  name: 'ListRetirableGrants',
  permissions: ['keyGrant.listRetirable'],
  body: { amzJson: structure({ RetiringPrincipal: principal, RetiringServicePrincipal: servicePrincipal, ...paged }) },
  trail: { parameters: ['retiringPrincipal', 'retiringServicePrincipal'], readOnly: true },
  async handle(context, call, { site, permit, body }) {
    const retiring = retiringOf(body)
    const asked = askedRegion(call, { site, permit, permission: 'keyGrant.listRetirable', arn: retiring })
    const bound = { accountId: asked.accountId, region: site.region, list: `ListRetirableGrants ${retiring}` }
    const after = body.Marker === undefined ? undefined : position(openMarker(context, bound, body.Marker))
    const { items, next } = await listRetirableGrants(context, call, { ...asked, retiring, after, limit: Math.min(body.Limit ?? 50, 100) })
    return amzJson({
      Grants: items.map(grantEntry),
      Truncated: next !== undefined,
      ...(next !== undefined && { NextMarker: sealMarker(context, bound, JSON.stringify(next)) }),
    })
  },
})

function retiringOf(body: { readonly RetiringPrincipal?: string; readonly RetiringServicePrincipal?: string }): string {
  const { RetiringPrincipal: named, RetiringServicePrincipal: service } = body
  if (named !== undefined && service !== undefined)
    throw invalidGrant('You cannot specify both RetiringPrincipal and RetiringServicePrincipal.')
  const retiring = named ?? service
  if (retiring === undefined) throw invalidGrant('You must specify either RetiringPrincipal or RetiringServicePrincipal.')
  return retiring
}

const positionShape = z.object({ compartment: z.string(), ord: z.number() })
const position = (text: string): GrantsAfter => positionShape.parse(JSON.parse(text))
