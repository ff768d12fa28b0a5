import { Problem } from '#model/problem.ts'
import { findTrail, trailArn } from '#domain/trails/keep-trail.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { ownedTrails } from '#protocols/awscloudtrail/owned.ts'
import { trailName } from '#protocols/awscloudtrail/trail-members.ts'

/** No trail has Insights here, and the service says so of each that has none. */
export const getInsightSelectorsOperation = awsOperation({
  name: 'GetInsightSelectors',
  permissions: ['trail.readInsights'],
  body: { amzJson: structure({ TrailName: trailName }) },
  trail: { parameters: ['trailName'], readOnly: true },
  async handle(context, call, { site, permit, body }) {
    permit('trail.readInsights', ownedTrails(call, site, body.TrailName))
    const { value } = findTrail(context, call, { asked: body.TrailName, region: site.region })
    throw new Problem({
      code: 'TrailInvalid',
      details: { what: 'insights', message: `Insights are not enabled on the trail ${trailArn(value)}.` },
    })
  },
})
