import { z } from 'zod'
import type { Trail } from '#domain/trails/records.ts'
import type { CloudTrailRecord } from './cloud-trail-record.ts'

const basic = z.array(
  z.object({
    ReadWriteType: z.string(),
    IncludeManagementEvents: z.boolean(),
    DataResources: z.array(z.object({ Type: z.string(), Values: z.array(z.string()).default([]) })),
    ExcludeManagementEventSources: z.array(z.string()),
  }),
)
const texts = z.array(z.string()).optional()
const field = z.object({
  Field: z.string(),
  Equals: texts,
  StartsWith: texts,
  EndsWith: texts,
  NotEquals: texts,
  NotStartsWith: texts,
  NotEndsWith: texts,
})
const advanced = z.array(z.object({ FieldSelectors: z.array(field) }))

/** Region of events of services that belong to none. */
const globalRegion = 'us-east-1'
const globalSources = new Set(['iam.amazonaws.com', 'sts.amazonaws.com'])

/** Is the record of the trail's account and Regions, and does the trail take such events? */
export function takes(trail: Trail, record: CloudTrailRecord): boolean {
  if (record.recipientAccountId !== trail.accountId) return false
  const isGlobal = record.awsRegion === globalRegion && globalSources.has(record.eventSource)
  const here = trail.allRegions || record.awsRegion === trail.region || (isGlobal && trail.globalEvents)
  return here && isSelected(trail, record)
}

function isSelected({ selectors }: Trail, record: CloudTrailRecord): boolean {
  if (selectors === undefined) return record['managementEvent'] === true
  const written: unknown = JSON.parse(selectors.text)
  if (selectors.kind === 'basic') return basic.parse(written).some(one => isOfBasic(one, record))
  return advanced.parse(written).some(one => one.FieldSelectors.every(selector => isOfField(selector, valuesOf(record, selector.Field))))
}

function isOfBasic(one: z.output<typeof basic>[number], record: CloudTrailRecord): boolean {
  const wanted = { All: true, ReadOnly: record.readOnly, WriteOnly: !record.readOnly }[one.ReadWriteType] ?? false
  if (!wanted) return false
  if (record['managementEvent'] === true)
    return one.IncludeManagementEvents && !one.ExcludeManagementEventSources.includes(record.eventSource)
  const arns = (record.resources ?? []).map(({ ARN }) => ARN)
  return one.DataResources.some(({ Values }) => Values.some(value => arns.some(arn => arn.startsWith(value))))
}

/** What each field of advanced selectors is in a record. */
function valuesOf(record: CloudTrailRecord, name: string): readonly string[] {
  const known: Readonly<Record<string, readonly string[]>> = {
    eventCategory: [String(record['eventCategory'])],
    eventName: [record.eventName],
    eventSource: [record.eventSource],
    eventType: [String(record['eventType'])],
    readOnly: [record.readOnly.toString()],
    'resources.type': (record.resources ?? []).map(({ type }) => type),
    'resources.ARN': (record.resources ?? []).map(({ ARN }) => ARN),
    'userIdentity.arn': typeof record.userIdentity['arn'] === 'string' ? [record.userIdentity['arn']] : [],
  }
  return known[name] ?? []
}

function isOfField(selector: z.output<typeof field>, values: readonly string[]): boolean {
  const some = (texts: readonly string[] | undefined, test: (value: string, text: string) => boolean): boolean =>
    texts?.some(text => values.some(value => test(value, text))) === true
  const equal = (value: string, text: string): boolean => value === text
  const starts = (value: string, text: string): boolean => value.startsWith(text)
  const ends = (value: string, text: string): boolean => value.endsWith(text)
  const asked = [selector.Equals, selector.StartsWith, selector.EndsWith].some(texts => texts !== undefined)
  const found = some(selector.Equals, equal) || some(selector.StartsWith, starts) || some(selector.EndsWith, ends)
  const refused = some(selector.NotEquals, equal) || some(selector.NotStartsWith, starts) || some(selector.NotEndsWith, ends)
  return (!asked || found) && !refused
}
