import { Problem } from '#model/problem.ts'
import type { AuditRow } from '#domain/audit/parse-row.ts'
import type { AuditCursor } from '#domain/audit/query.ts'
import { callersAccount } from '#domain/account-keys/find-account-key.ts'
import { lookUp } from '#domain/trails/look-up.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { cloudTrailRecord, type CloudTrailRecord } from '#protocols/aws/cloud-trail-record.ts'
import { openMarker, sealMarker } from '#protocols/aws/markers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { enumOf, integer, list, optional, structure, text, timestamp } from '#protocols/aws/schemas.ts'
import { epochSeconds } from '#protocols/aws/times.ts'
import { ownedTrails } from '#protocols/awscloudtrail/owned.ts'

const attributeKeys = [
  'EventId',
  'EventName',
  'ReadOnly',
  'Username',
  'ResourceType',
  'ResourceName',
  'EventSource',
  'AccessKeyId',
] as const
type AttributeKey = (typeof attributeKeys)[number]

const members = structure({
  LookupAttributes: optional(list(structure({ AttributeKey: enumOf(attributeKeys), AttributeValue: text({ min: 1, max: 2_000 }) }))),
  StartTime: optional(timestamp),
  EndTime: optional(timestamp),
  EventCategory: optional(text()),
  MaxResults: optional(integer()),
  NextToken: optional(text()),
})

const resultsMax = 50

/** Newest first; one attribute at most (CloudTrail API Reference, LookupEvents). */
export const lookupEventsOperation = awsOperation({
  name: 'LookupEvents',
  permissions: ['trail.lookUp'],
  body: { amzJson: members },
  trail: { parameters: ['lookupAttributes', 'startTime', 'endTime', 'eventCategory', 'maxResults'], readOnly: true },
  async handle(context, call, { site, permit, body }) {
    const given = permit('trail.lookUp', ownedTrails(call, site))
    const { attribute, from, until, limit } = checked(body)
    // No trail records what is unusual: of that there is nothing.
    if (body.EventCategory === 'insight') return amzJson({ Events: [] })
    if (body.EventCategory !== undefined) throw invalid('category', 'The event category is not valid: insight is the only one.')
    const accountId = callersAccount(call)
    const bound = { accountId, region: site.region, list: `LookupEvents ${JSON.stringify([attribute, from, until])}` }
    const { found, next } = await lookUp(context, {
      permit: given,
      accountId,
      region: site.region,
      now: call.at,
      ...(from !== undefined && { from }),
      ...(until !== undefined && { until }),
      before: body.NextToken === undefined ? {} : cursorOf(openMarker(context, bound, body.NextToken)),
      limit,
      pick: row => eventOf(row, attribute),
    })
    return amzJson({ Events: found, ...(next !== undefined && { NextToken: sealMarker(context, bound, textOf(next)) }) })
  },
})

interface Asked {
  readonly LookupAttributes?: readonly Attribute[]
  readonly StartTime?: number
  readonly EndTime?: number
  readonly MaxResults?: number
}

function checked({ LookupAttributes = [], StartTime: from, EndTime: until, MaxResults: limit = resultsMax }: Asked) {
  if (LookupAttributes.length > 1) throw invalid('attributes', 'You can only supply one attribute.')
  if (limit < 1 || limit > resultsMax) throw invalid('count', `MaxResults must be between 1 and ${resultsMax}.`)
  if (from !== undefined && until !== undefined && from > until) throw invalid('times', 'The start time is after the end time.')
  return { attribute: LookupAttributes[0], from, until, limit }
}

const invalid = (what: 'attributes' | 'count' | 'times' | 'category', message: string): Problem =>
  new Problem({ code: 'TrailInvalid', details: { what, message } })

const textOf = (cursor: AuditCursor): string => JSON.stringify(Object.entries(cursor).map(([node, seq]) => [Number(node), seq]))

function cursorOf(text: string): AuditCursor {
  const pairs: unknown = JSON.parse(text)
  const cursor: Record<number, number> = {}
  if (Array.isArray(pairs)) for (const [node, seq] of pairs) if (typeof node === 'number' && typeof seq === 'number') cursor[node] = seq
  return cursor
}

interface Attribute {
  readonly AttributeKey: AttributeKey
  readonly AttributeValue: string
}

function eventOf(row: AuditRow, attribute: Attribute | undefined): Readonly<Record<string, unknown>> | undefined {
  const record = cloudTrailRecord(row)
  if (record === undefined) return undefined
  const known = knownOf(record)
  if (attribute !== undefined && !known[attribute.AttributeKey].includes(attribute.AttributeValue)) return undefined
  const [username] = known.Username
  const [accessKeyId] = known.AccessKeyId
  return {
    EventId: record.eventID,
    EventName: record.eventName,
    ReadOnly: record.readOnly.toString(),
    ...(accessKeyId !== undefined && { AccessKeyId: accessKeyId }),
    EventTime: epochSeconds(Temporal.Instant.from(record.eventTime).epochMilliseconds),
    EventSource: record.eventSource,
    ...(username !== undefined && { Username: username }),
    Resources: (record.resources ?? []).map(({ type, ARN }) => ({ ResourceType: type, ResourceName: ARN })),
    CloudTrailEvent: JSON.stringify(record),
  }
}

/** What each attribute may be asked for in a record. */
function knownOf(record: CloudTrailRecord): Readonly<Record<AttributeKey, readonly string[]>> {
  const { accessKeyId } = record.userIdentity
  const resources = record.resources ?? []
  return {
    EventId: [record.eventID],
    EventName: [record.eventName],
    ReadOnly: [record.readOnly.toString()],
    Username: usernameOf(record),
    ResourceType: resources.map(({ type }) => type),
    // By its ARN, and by its name alone.
    ResourceName: resources.flatMap(({ ARN }) => [ARN, ARN.slice(ARN.lastIndexOf('/') + 1)]),
    EventSource: [record.eventSource],
    AccessKeyId: typeof accessKeyId === 'string' ? [accessKeyId] : [],
  }
}

/** A user's name, the name of a session, `root`. */
function usernameOf({ userIdentity: { type, userName, arn } }: CloudTrailRecord): readonly string[] {
  if (type === 'Root') return ['root']
  if ((type === 'AssumedRole' || type === 'FederatedUser') && typeof arn === 'string') return [arn.slice(arn.lastIndexOf('/') + 1)]
  return typeof userName === 'string' ? [userName] : []
}
