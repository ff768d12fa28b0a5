import type { Scope } from '#model/brands.ts'
import type { PrincipalKind } from '#model/principal.ts'
import type { Call } from '#domain/call.ts'
import type { ActorKind, ResourceEnvelope } from './records.ts'

/** As ARM names whoever acts: a person by the name that signs in, whatever client it is done with; all others by the client id, else the object id. */
export const actorName = ({ who }: Call): string => (who.kind === 'user' ? who.userPrincipalName : who.appId) ?? who.id

const kinds: Readonly<Partial<Record<PrincipalKind, ActorKind>>> = { user: 'User', managedIdentity: 'ManagedIdentity' }
const actorKind = ({ who }: Call): ActorKind => kinds[who.kind] ?? 'Application'

/** Who makes something now. */
export const madeNow = (call: Call): Pick<ResourceEnvelope, 'createdAt' | 'createdBy' | 'createdByKind'> => ({
  createdAt: call.at,
  createdBy: actorName(call),
  createdByKind: actorKind(call),
})

/** Who changes something now. */
export const touchedNow = (call: Call): Pick<ResourceEnvelope, 'changedAt' | 'changedBy' | 'changedByKind'> => ({
  changedAt: call.at,
  changedBy: actorName(call),
  changedByKind: actorKind(call),
})

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
  return { ...made, tags: { ...made.tags }, ...madeNow(call), ...changedNow(call) }
}

/** What every change of a resource changes. */
export const changedNow = (call: Call): Pick<ResourceEnvelope, 'changedAt' | 'changedBy' | 'changedByKind' | 'etag'> => ({
  ...touchedNow(call),
  etag: etagAt(call),
})
