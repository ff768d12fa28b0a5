import { callersAccount } from '#domain/account-keys/find-account-key.ts'
import { trailArn, trailsSeen } from '#domain/trails/keep-trail.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { optional, structure, text } from '#protocols/aws/schemas.ts'
import { ownedTrails } from '#protocols/awscloudtrail/owned.ts'

/** All of the Region fit into one page: there are five at most, and those of others that take from all. */
export const listTrailsOperation = awsOperation({
  name: 'ListTrails',
  permissions: ['trail.list'],
  body: { amzJson: structure({ NextToken: optional(text()) }) },
  trail: { parameters: [], readOnly: true },
  async handle(context, call, { site, permit }) {
    permit('trail.list', ownedTrails(call, site))
    const seen = trailsSeen(context, call, { accountId: callersAccount(call), region: site.region })
    return Promise.resolve(
      amzJson({ Trails: seen.map(({ value }) => ({ TrailARN: trailArn(value), Name: value.name, HomeRegion: value.region })) }),
    )
  },
})
