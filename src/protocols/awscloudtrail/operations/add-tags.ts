import { checkedTags, findTrail } from '#domain/trails/keep-trail.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { ownedTrails } from '#protocols/awscloudtrail/owned.ts'
import { tagsList, trailName } from '#protocols/awscloudtrail/trail-members.ts'

export const addTagsOperation = awsOperation({
  name: 'AddTags',
  permissions: ['trail.tag'],
  body: { amzJson: structure({ ResourceId: trailName, TagsList: tagsList }) },
  trail: { parameters: ['resourceId', 'tagsList'], readOnly: false },
  async handle(context, call, { site, permit, body }) {
    permit('trail.tag', ownedTrails(call, site, body.ResourceId))
    const trail = findTrail(context, call, { asked: body.ResourceId, region: site.region })
    const added = body.TagsList.map(({ Key, Value = '' }) => ({ key: Key, value: Value }))
    context.trails.update(call, trail, { ...trail.value, tags: checkedTags(trail.value.tags, added) })
    return Promise.resolve(amzJson({}))
  },
})
