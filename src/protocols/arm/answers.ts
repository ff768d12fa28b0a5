import type { Authorship } from '#domain/resources/records.ts'
import { json, empty, type Answer } from '#protocols/http/answer.ts'
import type { ArmSite } from './site.ts'

/** What the domain keeps of every tracked resource. */
export interface Envelope extends Authorship {
  readonly id: string
  readonly name: string
  readonly location: string
  readonly tags: Readonly<Record<string, string>>
}

/** Seconds and `Z`, as Azure writes times of resources. */
export const isoTime = (at: number): string => Temporal.Instant.fromEpochMilliseconds(at).toString({ fractionalSecondDigits: 7 })

/** Who made it and who changed it last. */
export const systemData = (by: Authorship) => ({
  createdBy: by.createdBy,
  createdByType: by.createdByKind ?? 'Application',
  createdAt: isoTime(by.createdAt),
  lastModifiedBy: by.changedBy,
  lastModifiedByType: by.changedByKind ?? 'Application',
  lastModifiedAt: isoTime(by.changedAt),
})

export interface TrackedParts {
  readonly type: string
  readonly properties: object
  /** Members beside `properties`: sku, identity, zones. */
  readonly more?: object
}

/** A JSON object with its id: what a list holds. */
export type Listed = Readonly<Record<string, unknown>> & { readonly id: string }

/** ARM's envelope of a tracked resource (identity-and-arm.md 2.3). */
export function trackedResource(envelope: Envelope, { type, properties, more }: TrackedParts): Listed {
  const { id, name, location, tags } = envelope
  return { id, name, type, location, tags, ...more, systemData: systemData(envelope), properties }
}

/** Where a caller follows what it started. */
export interface OperationRef {
  readonly subscriptionId: string
  /** `Microsoft.Compute`; `Microsoft.Resources` for what has no location of its own. */
  readonly provider: string
  readonly location: string
  /** A job's id, or what `finishedOperation` gives. */
  readonly id: string
  readonly apiVersion: string
}

const operationPath = ({ subscriptionId, provider, location }: OperationRef): string =>
  `/subscriptions/${subscriptionId}/providers/${provider}/locations/${location}`

export const operationUrl = (site: ArmSite, kind: 'operations' | 'operationResults', of: OperationRef): string =>
  `${site.baseUrl}${operationPath(of)}/${kind}/${of.id}?api-version=${of.apiVersion}`

/** Seconds between two looks: Terraform waits ten where none is said (identity-and-arm.md 2.4). */
export const retryAfter = { 'retry-after': '1' }

/** 202 with the resource as it is meanwhile; its end is found at `Azure-AsyncOperation` (status) and `Location` (result). */
export const asyncAnswer = (site: ArmSite, what: { readonly resource: object; readonly operation: OperationRef }): Answer =>
  json(202, what.resource, {
    'azure-asyncoperation': operationUrl(site, 'operations', what.operation),
    location: operationUrl(site, 'operationResults', what.operation),
    ...retryAfter,
  })

/** 202 with `Location` alone: its 200 is the end. */
export const acceptedAnswer = (site: ArmSite, operation: OperationRef): Answer =>
  empty(202, { location: operationUrl(site, 'operationResults', operation), ...retryAfter })

/** Id of an operation that had ended when its answer left: nothing is kept of it, its mark proves it was given out. */
export function finishedOperation(site: ArmSite, at: number): string {
  const time = at.toString(36)
  return `done-${time}-${site.mark(JSON.stringify(['operation', time]))}`
}

/** When such an operation ended; `undefined` for every other id. */
export function finishedAt(site: ArmSite, id: string): number | undefined {
  const time = /^done-([0-9a-z]{1,9})-[0-9a-f]+$/.exec(id)?.[1]
  if (time === undefined) return undefined
  const at = Number.parseInt(time, 36)
  return finishedOperation(site, at) === id ? at : undefined
}
