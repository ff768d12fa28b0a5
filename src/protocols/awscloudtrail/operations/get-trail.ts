import { findTrail } from '#domain/trails/keep-trail.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { ownedTrails } from '#protocols/awscloudtrail/owned.ts'
import { trailName } from '#protocols/awscloudtrail/trail-members.ts'
import { trailDescription } from '#protocols/awscloudtrail/trail-shapes.ts'

export const getTrailOperation = awsOperation({
  name: 'GetTrail',
  permissions: ['trail.read'],
  body: { amzJson: structure({ Name: trailName }) },
  trail: { parameters: ['name'], readOnly: true },
  async handle(context, call, { site, permit, body }) {
    permit('trail.read', ownedTrails(call, site, body.Name))
    const trail = findTrail(context, call, { asked: body.Name, region: site.region })
    return Promise.resolve(amzJson({ Trail: trailDescription(trail) }))
  },
})
