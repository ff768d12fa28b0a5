import type { ActingInAccount } from '#model/principal.ts'
import { trailText, type TrailFacts } from './trail-facts.ts'

/**
 * One record of the audit (security-and-reliability.md 4.2): allow-listed fields only. Never bodies, plaintext, ciphertext, signatures,
 * tokens, secrets' values. Its number `seq` is the writer's; readers add it.
 */
export interface AuditEntry {
  /** Milliseconds. */
  readonly at: number
  readonly actor: AuditActor
  readonly boot: string
  readonly correlationId?: string | undefined
  readonly decision: AuditDecision
  /** Loggable parameters that the operation declares: names and ids. */
  readonly details?: Readonly<Record<string, string>> | undefined
  readonly durationMs: number
  readonly node: number
  readonly operation: string
  /** Of the entries of one request, which; absent for the request's own. */
  readonly place?: number | undefined
  readonly plane: string
  readonly requestId: string
  readonly resourceId: string
  readonly result: { readonly http: number; readonly code?: string | undefined }
  readonly sourceIp?: string | undefined
  readonly target?: AuditTarget | undefined
  /** Of calls to an account's things: what its trail shows beside all this, and whose trail this row is of. */
  readonly trail?: { readonly facts: TrailFacts; readonly recipient: string | undefined } | undefined
  readonly userAgent?: string | undefined
  /** Blind ids and versions that the call wrote, `[id, version]`, version 0 where it removed: what `audit verify` compares the records with. */
  readonly writes?: readonly (readonly [id: string, version: number])[] | undefined
}

export interface AuditActor {
  readonly kind: string
  readonly oid?: string | undefined
  readonly appid?: string | undefined
  readonly tenant?: string | undefined
  readonly credentialId?: string | undefined
  readonly authMethod?: string | undefined
  readonly acting?: ActingInAccount | undefined
}

export interface AuditDecision {
  readonly allow: boolean
  /** Feed position at which it was decided. */
  readonly appliedSeq: number
  readonly by?: string
  readonly because?: string
}

export interface AuditTarget {
  readonly keyId?: string
  readonly secretId?: string
  readonly certificateId?: string
  readonly version?: string
  readonly algorithm?: string
}

/** Caps of what comes from outside, in characters. */
const userAgentMax = 256
const textMax = 1_024
const arnMax = 2_048

/** Well-formed whatever came: RFC 8785 has no form for half a surrogate pair, and the cut may make one. */
const capped = (text: string | undefined, most = textMax): string | undefined =>
  (text === undefined || text.length <= most ? text : `${text.slice(0, most - 1)}…`)?.toWellFormed()

/** Canonical JSON (RFC 8785) by construction: members in the order of their names, absent ones left out. */
export function rowText(entry: AuditEntry): string {
  const { trail } = entry
  if (trail === undefined) return JSON.stringify(Object.assign(frontOf(entry), backOf(entry)))
  const [front, back] = [JSON.stringify(frontOf(entry)), JSON.stringify(backOf(entry))]
  // The one member whose names are not ours: it is written canonical by itself, at its place.
  return `${front.slice(0, -1)},"trail":${trailText(trail.facts, trail.recipient)},${back.slice(1)}`
}

function frontOf(entry: AuditEntry) {
  const { actor, decision, target, result } = entry
  return {
    actor: actorMembers(actor),
    at: new Date(entry.at).toISOString(), // oxlint-disable-line no-restricted-globals -- formats a given time, reads no clock
    boot: entry.boot,
    correlationId: capped(entry.correlationId, userAgentMax),
    decision: { allow: decision.allow, appliedSeq: decision.appliedSeq, because: capped(decision.because), by: capped(decision.by) },
    details: entry.details === undefined ? undefined : sorted(entry.details),
    durationMs: Math.round(entry.durationMs),
    node: entry.node,
    operation: capped(entry.operation),
    place: entry.place,
    plane: entry.plane,
    requestId: capped(entry.requestId, userAgentMax),
    resourceId: capped(entry.resourceId),
    result: { code: result.code, http: result.http },
    sourceIp: capped(entry.sourceIp),
    target:
      target === undefined
        ? undefined
        : {
            algorithm: capped(target.algorithm),
            certificateId: capped(target.certificateId),
            keyId: capped(target.keyId),
            secretId: capped(target.secretId),
            version: capped(target.version),
          },
  }
}

const backOf = ({ userAgent, writes }: AuditEntry) => ({ userAgent: capped(userAgent, userAgentMax), v: 1, writes })

const actorMembers = (actor: AuditActor) => ({
  acting: actor.acting === undefined ? undefined : actingMembers(actor.acting),
  appid: capped(actor.appid),
  authMethod: actor.authMethod,
  credentialId: capped(actor.credentialId),
  kind: actor.kind,
  oid: capped(actor.oid),
  tenant: capped(actor.tenant),
})

/** Without what narrows the session and without its tags: they are no names. */
const actingMembers = ({ arn, federatedProvider, issuedAt, kind, name, role, sourceIdentity, user, via }: ActingInAccount) => ({
  arn: capped(arn, arnMax),
  federatedProvider: capped(federatedProvider),
  issuedAt,
  kind,
  name: capped(name),
  role: role === undefined ? undefined : { arn: capped(role.arn, arnMax), id: capped(role.id) },
  sourceIdentity: capped(sourceIdentity),
  user: user === undefined ? undefined : { arn: capped(user.arn, arnMax), id: capped(user.id), name: capped(user.name) },
  via: capped(via),
})

/** Names are the operations' own words: were one a number, an object would put it first whatever the order. */
const sorted = (details: Readonly<Record<string, string>>): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(details)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => [name, capped(value)]),
  )
