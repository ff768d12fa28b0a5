import { assertAtHome, findTrail, stopTrail } from '#domain/trails/keep-trail.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { ownedTrails } from '#protocols/awscloudtrail/owned.ts'
import { trailName } from '#protocols/awscloudtrail/trail-members.ts'

export const stopLoggingOperation = awsOperation({
  name: 'StopLogging',
  permissions: ['trail.stop'],
  body: { amzJson: structure({ Name: trailName }) },
  trail: { parameters: ['name'], readOnly: false },
  async handle(context, call, { site, permit, body }) {
    permit('trail.stop', ownedTrails(call, site, body.Name))
    const trail = findTrail(context, call, { asked: body.Name, region: site.region })
    assertAtHome(trail, site.region)
    await stopTrail(context, call, trail)
    return amzJson({})
  },
})
