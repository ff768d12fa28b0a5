import { findTrail } from '#domain/trails/keep-trail.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { list, optional, structure, text } from '#protocols/aws/schemas.ts'
import { ownedTrails } from '#protocols/awscloudtrail/owned.ts'
import { trailName } from '#protocols/awscloudtrail/trail-members.ts'

export const listTagsOperation = awsOperation({
  name: 'ListTags',
  permissions: ['trail.listTags'],
  body: { amzJson: structure({ ResourceIdList: list(trailName, { min: 1, max: 20 }), NextToken: optional(text()) }) },
  trail: { parameters: ['resourceIdList'], readOnly: true },
  async handle(context, call, { site, permit, body }) {
    for (const asked of body.ResourceIdList) permit('trail.listTags', ownedTrails(call, site, asked))
    const found = body.ResourceIdList.map(asked => ({ asked, trail: findTrail(context, call, { asked, region: site.region }) }))
    return Promise.resolve(
      amzJson({
        ResourceTagList: found.map(({ asked, trail }) => ({
          ResourceId: asked,
          TagsList: trail.value.tags.map(({ key, value }) => ({ Key: key, Value: value })),
        })),
      }),
    )
  },
})
