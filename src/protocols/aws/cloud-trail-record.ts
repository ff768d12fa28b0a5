import { entryId } from '#domain/audit/entry-id.ts'
import type { AuditRow } from '#domain/audit/parse-row.ts'
import type { OwnEvent } from '#domain/audit/trail-facts.ts'
import { trailRowOf, type TrailRow } from '#domain/audit/trail-row.ts'
import { serviceErrorCode } from './cloud-trail-errors.ts'
import { identityOf } from './cloud-trail-identity.ts'

/** What a call of a service is called in the trail: members as CloudTrail names them (aws-kms.md 7; "CloudTrail record contents", version 1.11). */
export interface CloudTrailRecord extends Readonly<Record<string, unknown>> {
  readonly eventID: string
  readonly eventName: string
  readonly eventSource: string
  readonly eventTime: string
  readonly awsRegion: string
  readonly readOnly: boolean
  readonly recipientAccountId: string
  readonly userIdentity: Readonly<Record<string, unknown>>
  readonly resources?: readonly CloudTrailResource[]
  readonly errorCode?: string
}

export interface CloudTrailResource {
  readonly accountId?: string
  readonly type: string
  readonly ARN: string
}

const internal = 'AWS Internal'

/** The record of the call that a row is of; the same row gives the same record whenever it is asked. `undefined`: the row is of no account's call. */
export function cloudTrailRecord(row: AuditRow): CloudTrailRecord | undefined {
  const read = trailRowOf(row)
  return read === undefined ? undefined : recordOf(read)
}

function recordOf(row: TrailRow): CloudTrailRecord {
  const { trail, recipient } = row
  const resources = trail.resources.flatMap(resourceOf)
  return {
    eventVersion: '1.11',
    userIdentity: identityOf(row),
    eventTime: `${row.at.slice(0, 19)}Z`,
    ...nameOf(row),
    awsRegion: trail.region,
    ...whence(row),
    ...failure(row),
    requestParameters: trail.parameters ?? null,
    responseElements: trail.answer ?? null,
    ...moreOf(row),
    eventID: eventIdOf(row),
    readOnly: trail.readOnly,
    ...(resources.length > 0 && { resources }),
    eventType: trail.event === undefined ? 'AwsApiCall' : 'AwsServiceEvent',
    managementEvent: trail.data !== true,
    recipientAccountId: recipient,
    ...(isShared(row) && { sharedEventID: entryId({ requestId: row.requestId, place: row.place, of: 'shared' }) }),
    eventCategory: trail.data === true ? 'Data' : 'Management',
    ...tlsOf(row),
  }
}

const nameOf = ({ trail: { event }, plane, operation }: TrailRow): { readonly eventSource: string; readonly eventName: string } =>
  event === undefined
    ? { eventSource: `${plane}.amazonaws.com`, eventName: operation }
    : { eventSource: 'kms.amazonaws.com', eventName: serviceEvents[event] }

function moreOf({ trail: { event, more }, requestId }: TrailRow): Readonly<Record<string, unknown>> {
  if (event === undefined) return { ...(more !== undefined && { additionalEventData: more }), requestID: requestId }
  return more === undefined ? {} : { serviceEventDetails: more }
}

const tlsOf = ({ trail: { tls } }: TrailRow) =>
  tls !== undefined && { tlsDetails: { tlsVersion: tls.version, cipherSuite: tls.cipher, clientProvidedHostHeader: tls.host } }

/** What the service does by itself, as the trail calls it (AWS KMS Developer Guide, "Logging AWS KMS API calls"). */
const serviceEvents: Readonly<Record<OwnEvent, string>> = {
  keyDeleted: 'DeleteKey',
  keyRotated: 'RotateKey',
  importedMaterialExpired: 'DeleteExpiredKeyMaterial',
  replicasSynchronized: 'SynchronizeMultiRegionKey',
}

function whence({ actor, sourceIp, trail, userAgent }: TrailRow): { readonly sourceIPAddress: string; readonly userAgent: string } {
  if (trail.event !== undefined) return { sourceIPAddress: internal, userAgent: internal }
  const via = actor.acting?.via
  if (via !== undefined) return { sourceIPAddress: `${via}.amazonaws.com`, userAgent: `${via}.amazonaws.com` }
  return { sourceIPAddress: sourceIp ?? '', userAgent: userAgent ?? '-' }
}

function failure({ plane, result, trail }: TrailRow): { readonly errorCode?: string; readonly errorMessage?: string } {
  if (result.http < 400) return {}
  const { errorMessage } = trail
  return { errorCode: serviceErrorCode(plane, result.code), ...(errorMessage !== undefined && errorMessage !== '' && { errorMessage }) }
}

const callerOf = ({ actor, trail }: TrailRow): string | undefined =>
  actor.acting === undefined && trail.event === undefined && trail.webIdentity === undefined ? undefined : actor.tenant

/** The caller's own copy has the plain id, the same that verbs are told while the call runs. */
const eventIdOf = (row: TrailRow): string =>
  entryId({ requestId: row.requestId, place: row.place, ...(callerOf(row) !== row.recipient && { of: row.recipient }) })

const isShared = (row: TrailRow): boolean =>
  new Set([row.recipient, ...(row.actor.acting === undefined ? [] : [row.actor.tenant]), ...row.trail.resources.map(one => one.account)])
    .size > 1

/** Only what the trail has a type for: neither an account nor everything in it is a resource. */
function resourceOf({ account, arn }: TrailRow['trail']['resources'][number]): readonly CloudTrailResource[] {
  const type = typeOf(arn)
  if (type === undefined) return []
  return [{ ...(type !== 'AWS::S3::Object' && { accountId: account }), type, ARN: arn }]
}

function typeOf(arn: string): string | undefined {
  const [, , service = '', , , ...rest] = arn.split(':')
  const [kind, ...name] = rest.join(':').split('/')
  if (service === 's3') return name.length === 0 ? 'AWS::S3::Bucket' : 'AWS::S3::Object'
  return types[`${service} ${kind ?? ''}`]
}

const types: Readonly<Record<string, string>> = {
  // Names of keys count as keys here.
  'kms key': 'AWS::KMS::Key',
  'kms alias': 'AWS::KMS::Key',
  'iam role': 'AWS::IAM::Role',
  'iam user': 'AWS::IAM::User',
  'ec2 volume': 'AWS::EC2::Volume',
  'ec2 snapshot': 'AWS::EC2::Snapshot',
  'cloudtrail trail': 'AWS::CloudTrail::Trail',
}
