import type { Scope } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { ResourceEnvelope } from './records.ts'

/** As ARM names whoever acts: the client id, else the object id. */
export const actorName = (call: Call): string => call.who.appId ?? call.who.id

/** Changes with every request that changes the resource. */
export const etagAt = (call: Call): string => `"${call.source.requestId}"`

export interface NewResource {
  readonly id: string
  readonly name: string
  readonly scope: Scope
  readonly location: string
  readonly tags: Readonly<Record<string, string>>
}

/** The envelope of what this call makes. */
export function newEnvelope(call: Call, made: NewResource): ResourceEnvelope {
  const by = actorName(call)
  return { ...made, tags: { ...made.tags }, createdAt: call.at, createdBy: by, changedAt: call.at, changedBy: by, etag: etagAt(call) }
}

/** What every change of a resource changes. */
export const changedNow = (call: Call): Pick<ResourceEnvelope, 'changedAt' | 'changedBy' | 'etag'> => ({
  changedAt: call.at,
  changedBy: actorName(call),
  etag: etagAt(call),
})
