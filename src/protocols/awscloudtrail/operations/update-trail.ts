import { assertFilesTaken } from '#domain/trails/buckets.ts'
import { assertAtHome, findTrail, updateTrail } from '#domain/trails/keep-trail.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { optional, structure, text } from '#protocols/aws/schemas.ts'
import { settingsFrom } from '#protocols/awscloudtrail/asked-settings.ts'
import { carrier, ownedTrails } from '#protocols/awscloudtrail/owned.ts'
import { trailKeyArn } from '#protocols/awscloudtrail/trail-key.ts'
import { answerNames, settingMembers, settingNames, trailName } from '#protocols/awscloudtrail/trail-members.ts'
import { trailSettings } from '#protocols/awscloudtrail/trail-shapes.ts'

export const updateTrailOperation = awsOperation({
  name: 'UpdateTrail',
  permissions: ['trail.update'],
  body: { amzJson: structure({ Name: trailName, S3BucketName: optional(text()), ...settingMembers }) },
  trail: { parameters: settingNames, answer: answerNames, readOnly: false },
  async handle(context, call, { site, permit, body }) {
    permit('trail.update', ownedTrails(call, site, body.Name))
    const trail = findTrail(context, call, { asked: body.Name, region: site.region })
    assertAtHome(trail, site.region)
    const { keyArn: before, ...rest } = trail.value
    const keyArn = await trailKeyArn(context, call, { asked: body.KmsKeyId, region: site.region, before })
    const changed = updateTrail(context, call, { trail, settings: settingsFrom(body, { before: rest, keyArn }) })
    await assertFilesTaken(context, call, { trail: changed.value, service: carrier })
    return amzJson(trailSettings(changed))
  },
})
