import { findTrail } from '#domain/trails/keep-trail.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { epochSeconds } from '#protocols/aws/times.ts'
import { ownedTrails } from '#protocols/awscloudtrail/owned.ts'
import { trailName } from '#protocols/awscloudtrail/trail-members.ts'

export const getTrailStatusOperation = awsOperation({
  name: 'GetTrailStatus',
  permissions: ['trail.readStatus'],
  body: { amzJson: structure({ Name: trailName }) },
  trail: { parameters: ['name'], readOnly: true },
  async handle(context, call, { site, permit, body }) {
    permit('trail.readStatus', ownedTrails(call, site, body.Name))
    const { value } = findTrail(context, call, { asked: body.Name, region: site.region })
    const { delivery } = value
    return Promise.resolve(
      amzJson({
        IsLogging: value.logging,
        ...timesOf('LatestDeliveryTime', delivery.at),
        ...timesOf('StartLoggingTime', value.startedAt),
        ...timesOf('StopLoggingTime', value.stoppedAt),
        ...timesOf('LatestDigestDeliveryTime', delivery.digestAt),
        ...(delivery.error !== undefined && { LatestDeliveryError: delivery.error }),
        ...(delivery.digestError !== undefined && { LatestDigestDeliveryError: delivery.digestError }),
        LatestDeliveryAttemptTime: isoOf(delivery.at),
        LatestNotificationAttemptTime: '',
        LatestNotificationAttemptSucceeded: '',
        LatestDeliveryAttemptSucceeded: delivery.error === undefined ? isoOf(delivery.at) : '',
        TimeLoggingStarted: isoOf(value.startedAt),
        TimeLoggingStopped: isoOf(value.stoppedAt),
      }),
    )
  },
})

const timesOf = (name: string, time: number | undefined): Readonly<Record<string, number>> =>
  time === undefined ? {} : { [name]: epochSeconds(time) }
const isoOf = (time: number | undefined): string =>
  time === undefined ? '' : Temporal.Instant.fromEpochMilliseconds(time).toString({ smallestUnit: 'second' })
