import { trailArn, type HeldTrail } from '#domain/trails/keep-trail.ts'
import type { Trail } from '#domain/trails/records.ts'

/** A trail as it is made and changed. */
export const trailSettings = ({ value }: HeldTrail) => ({
  Name: value.name,
  S3BucketName: value.bucket,
  ...(value.prefix !== undefined && { S3KeyPrefix: value.prefix }),
  IncludeGlobalServiceEvents: value.globalEvents,
  IsMultiRegionTrail: value.allRegions,
  TrailARN: trailArn(value),
  LogFileValidationEnabled: value.digests,
  ...(value.keyArn !== undefined && { KmsKeyId: value.keyArn }),
  IsOrganizationTrail: false,
})

/** A trail as it is described. */
export const trailDescription = (trail: HeldTrail) => ({
  ...trailSettings(trail),
  HomeRegion: trail.value.region,
  HasCustomEventSelectors: trail.value.selectors !== undefined,
  HasInsightSelectors: false,
})

/** What a trail takes whose owner has said nothing: every management event. */
const everything = [{ ReadWriteType: 'All', IncludeManagementEvents: true, DataResources: [], ExcludeManagementEventSources: [] }]

export function selectorsOf({ selectors }: Trail): Readonly<Record<string, unknown>> {
  if (selectors === undefined) return { EventSelectors: everything }
  const written: unknown = JSON.parse(selectors.text)
  return selectors.kind === 'basic' ? { EventSelectors: written } : { AdvancedEventSelectors: written }
}
