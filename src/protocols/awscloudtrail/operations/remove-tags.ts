import { findTrail } from '#domain/trails/keep-trail.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { ownedTrails } from '#protocols/awscloudtrail/owned.ts'
import { tagsList, trailName } from '#protocols/awscloudtrail/trail-members.ts'

/** By their keys, whatever their values. */
export const removeTagsOperation = awsOperation({
  name: 'RemoveTags',
  permissions: ['trail.untag'],
  body: { amzJson: structure({ ResourceId: trailName, TagsList: tagsList }) },
  trail: { parameters: ['resourceId', 'tagsList'], readOnly: false },
  async handle(context, call, { site, permit, body }) {
    permit('trail.untag', ownedTrails(call, site, body.ResourceId))
    const trail = findTrail(context, call, { asked: body.ResourceId, region: site.region })
    const gone = new Set(body.TagsList.map(({ Key }) => Key))
    context.trails.update(call, trail, { ...trail.value, tags: trail.value.tags.filter(({ key }) => !gone.has(key)) })
    return Promise.resolve(amzJson({}))
  },
})
