import { callersAccount } from '#domain/account-keys/find-account-key.ts'
import { findTrail, trailsSeen } from '#domain/trails/keep-trail.ts'
import { Problem } from '#model/problem.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { flag, list, optional, structure } from '#protocols/aws/schemas.ts'
import { ownedTrails } from '#protocols/awscloudtrail/owned.ts'
import { trailName } from '#protocols/awscloudtrail/trail-members.ts'
import { trailDescription } from '#protocols/awscloudtrail/trail-shapes.ts'

/** Names that nobody has are left out; without names all that are seen from here. */
export const describeTrailsOperation = awsOperation({
  name: 'DescribeTrails',
  permissions: ['trail.describe'],
  body: { amzJson: structure({ trailNameList: optional(list(trailName)), includeShadowTrails: optional(flag) }) },
  trail: { parameters: ['trailNameList', 'includeShadowTrails'], readOnly: true },
  async handle(context, call, { site, permit, body }) {
    permit('trail.describe', ownedTrails(call, site))
    const { trailNameList: names = [], includeShadowTrails: shadows = true } = body
    const found =
      names.length === 0
        ? trailsSeen(context, call, { accountId: callersAccount(call), region: site.region })
        : names.flatMap(asked => foundOr(() => findTrail(context, call, { asked, region: site.region })))
    return amzJson({ trailList: found.filter(({ value }) => shadows || value.region === site.region).map(trailDescription) })
  },
})

function foundOr<T>(find: () => T): readonly T[] {
  try {
    return [find()]
  } catch (problem) {
    if (problem instanceof Problem && problem.body.code === 'TrailNotFound') return []
    throw problem
  }
}
