import { Problem } from '#model/problem.ts'
import type { TrailSettings } from '#domain/trails/keep-trail.ts'
import type { Trail } from '#domain/trails/records.ts'

export interface AskedSettings {
  readonly S3BucketName?: string
  readonly S3KeyPrefix?: string
  readonly SnsTopicName?: string
  readonly IncludeGlobalServiceEvents?: boolean
  readonly IsMultiRegionTrail?: boolean
  readonly EnableLogFileValidation?: boolean
  readonly CloudWatchLogsLogGroupArn?: string
  readonly CloudWatchLogsRoleArn?: string
  readonly IsOrganizationTrail?: boolean
}

const unless = <T>(asked: T | undefined, before: T): T => asked ?? before
const refused = (what: 'unsupported' | 'combination', message: string): Problem =>
  new Problem({ code: 'TrailInvalid', details: { what, message } })

/** What was asked over what was there. Raises `TrailInvalid` for what is not carried here. */
export function settingsFrom(
  asked: AskedSettings,
  {
    before,
    keyArn,
  }: { readonly before: Pick<Trail, 'bucket' | 'prefix' | 'allRegions' | 'globalEvents' | 'digests'>; readonly keyArn: string | undefined },
): TrailSettings {
  refuseElsewhere(asked)
  const allRegions = unless(asked.IsMultiRegionTrail, before.allRegions)
  const globalEvents = unless(asked.IncludeGlobalServiceEvents, before.globalEvents)
  if (allRegions && !globalEvents) throw refused('combination', 'Multi-Region trail must include global service events.')
  return {
    bucket: unless(asked.S3BucketName, before.bucket),
    prefix: asked.S3KeyPrefix ?? before.prefix,
    allRegions,
    globalEvents,
    digests: unless(asked.EnableLogFileValidation, before.digests),
    keyArn,
  }
}

/** Empty texts are how clients say none. */
function refuseElsewhere({
  SnsTopicName = '',
  CloudWatchLogsLogGroupArn = '',
  CloudWatchLogsRoleArn = '',
  IsOrganizationTrail = false,
}: AskedSettings): void {
  if (SnsTopicName !== '') throw refused('unsupported', 'Notifications by SNS are not served here.')
  if (CloudWatchLogsLogGroupArn !== '' || CloudWatchLogsRoleArn !== '')
    throw refused('unsupported', 'Delivery to CloudWatch Logs is not served here.')
  if (IsOrganizationTrail) throw refused('unsupported', 'There are no organizations here.')
}
