import { findTrail, trailArn } from '#domain/trails/keep-trail.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { ownedTrails } from '#protocols/awscloudtrail/owned.ts'
import { trailName } from '#protocols/awscloudtrail/trail-members.ts'
import { selectorsOf } from '#protocols/awscloudtrail/trail-shapes.ts'

export const getEventSelectorsOperation = awsOperation({
  name: 'GetEventSelectors',
  permissions: ['trail.readSelectors'],
  body: { amzJson: structure({ TrailName: trailName }) },
  trail: { parameters: ['trailName'], readOnly: true },
  async handle(context, call, { site, permit, body }) {
    permit('trail.readSelectors', ownedTrails(call, site, body.TrailName))
    const { value } = findTrail(context, call, { asked: body.TrailName, region: site.region })
    return Promise.resolve(amzJson({ TrailARN: trailArn(value), ...selectorsOf(value) }))
  },
})
