import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { optional, structure, text, timestamp } from '#protocols/aws/schemas.ts'
import { epochSeconds } from '#protocols/aws/times.ts'
import { ownedTrails } from '#protocols/awscloudtrail/owned.ts'
import { Problem } from '#model/problem.ts'

/** Longer than anybody keeps a file without looking at it. */
const validMs = 10 * 365 * 86_400_000

/** Keys that digests of the time may be signed with. */
export const listPublicKeysOperation = awsOperation({
  name: 'ListPublicKeys',
  permissions: ['trail.listKeys'],
  body: { amzJson: structure({ StartTime: optional(timestamp), EndTime: optional(timestamp), NextToken: optional(text()) }) },
  trail: { parameters: ['startTime', 'endTime'], readOnly: true },
  async handle({ trailKeys, instance }, call, { site, permit, body: { StartTime: from = 0, EndTime: until = call.at } }) {
    permit('trail.listKeys', ownedTrails(call, site))
    if (from > until)
      throw new Problem({ code: 'TrailInvalid', details: { what: 'times', message: 'The start time is after the end time.' } })
    const keys = trailKeys
      .all(call, instance.installation)
      .filter(({ value }) => value.createdAt <= until && value.createdAt + validMs >= from)
    return Promise.resolve(
      amzJson({
        PublicKeyList: keys.map(({ value }) => ({
          Value: Buffer.from(value.publicKey, 'base64'),
          ValidityStartTime: epochSeconds(value.createdAt),
          ValidityEndTime: epochSeconds(value.createdAt + validMs),
          Fingerprint: value.fingerprint,
        })),
      }),
    )
  },
})
