import { assertFilesTaken } from '#domain/trails/buckets.ts'
import { callersAccount } from '#domain/account-keys/find-account-key.ts'
import { createTrail } from '#domain/trails/keep-trail.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { optional, structure, text } from '#protocols/aws/schemas.ts'
import { settingsFrom } from '#protocols/awscloudtrail/asked-settings.ts'
import { carrier, ownedTrails } from '#protocols/awscloudtrail/owned.ts'
import { trailKeyArn } from '#protocols/awscloudtrail/trail-key.ts'
import { answerNames, settingMembers, settingNames, tagsList, trailName } from '#protocols/awscloudtrail/trail-members.ts'
import { trailSettings } from '#protocols/awscloudtrail/trail-shapes.ts'

const nothing = { bucket: '', prefix: undefined, allRegions: false, globalEvents: true, digests: false }

export const createTrailOperation = awsOperation({
  name: 'CreateTrail',
  permissions: ['trail.create'],
  linked: ['trail.tag'],
  body: { amzJson: structure({ Name: trailName, S3BucketName: text(), TagsList: optional(tagsList), ...settingMembers }) },
  trail: { parameters: [...settingNames, 'tagsList'], answer: answerNames, readOnly: false },
  async handle(context, call, { site, permit, body }) {
    const place = { accountId: callersAccount(call), region: site.region }
    const owned = ownedTrails(call, site, body.Name)
    const given = permit('trail.create', owned)
    const tags = (body.TagsList ?? []).map(({ Key, Value = '' }) => ({ key: Key, value: Value }))
    if (tags.length > 0) permit('trail.tag', owned)
    const keyArn = await trailKeyArn(context, call, { asked: body.KmsKeyId, region: site.region, before: undefined })
    const settings = settingsFrom(body, { before: nothing, keyArn })
    const made = await createTrail(context, call, { permit: given, place, name: body.Name, settings, tags })
    await assertFilesTaken(context, call, { trail: made.value, service: carrier })
    return amzJson(trailSettings(made))
  },
})
