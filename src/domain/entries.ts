import type { Principal } from '#model/principal.ts'
import type { Write } from '#ports/record-store.ts'
import { namedWrites } from './audit/named-writes.ts'
import { rowText, type AuditActor, type AuditEntry } from './audit/row.ts'
import { recipientsOf } from './audit/trail-facts.ts'
import type { Call } from './call.ts'

/** This process as the audit names it. */
export interface Node {
  readonly id: number
  /** New at each start. */
  readonly boot: string
}

interface Ended {
  readonly answer: { readonly status: number; readonly code?: string }
  readonly writes: readonly Write[]
  readonly node: Node
  readonly durationMs: number
}

/** A call's entries, its children's first. Only `perform` writes them. */
export function entriesOf(call: Call, ended: Ended): readonly string[] {
  const { answer, writes, node, durationMs } = ended
  const all = resultsOf(call, answer).flatMap(({ call: own, result }) => copiesOf(own).map(recipient => ({ call: own, result, recipient })))
  const written = namedWrites(writes)
  return all.map((one, index) =>
    rowText({
      ...describe(one.call),
      ...(one.call.trail !== undefined && { trail: { facts: one.call.trail, recipient: one.recipient } }),
      boot: node.boot,
      durationMs,
      node: node.id,
      result: one.result,
      ...(index === all.length - 1 && written.length > 0 && { writes: written }),
    }),
  )
}

/** One entry for each account whose trail has the call: what stands in another's account is told to that account too. The caller's comes last. */
function copiesOf({ trail, who }: Call): readonly (string | undefined)[] {
  const recipients = trail === undefined ? [] : recipientsOf(trail, who.acting?.accountId).toReversed()
  return recipients.length === 0 ? [undefined] : recipients
}

/** What makes one outcome the same as another: asked only of a call that runs again. */
export const outcomeText = (call: Call, answer: Ended['answer']): string =>
  JSON.stringify(resultsOf(call, answer).map(one => [one.call.operation, one.call.who.id, one.call.resource, one.call.ruling, one.result]))

const resultsOf = (call: Call, answer: Ended['answer']) => [
  ...call.children.map(child => ({ call: child.call, result: { http: child.http, code: child.code } })),
  { call, result: { http: answer.status, code: answer.code } },
]

function describe(call: Call): Omit<AuditEntry, 'boot' | 'durationMs' | 'node' | 'result' | 'trail' | 'writes'> {
  const { source, ruling } = call
  return {
    at: call.at,
    actor: actorOf(call.who),
    decision: ruling.allowed
      ? { allow: true, appliedSeq: call.decidedAt, by: ruling.by }
      : { allow: false, appliedSeq: call.decidedAt, because: ruling.because },
    operation: call.operation,
    plane: source.plane,
    requestId: source.requestId,
    resourceId: call.resource,
    correlationId: source.correlationId,
    sourceIp: source.sourceIp,
    userAgent: source.userAgent,
    ...(call.place > 0 && { place: call.place }),
    ...(Object.keys(call.target).length > 0 && { target: call.target }),
    ...(call.details.size > 0 && { details: Object.fromEntries(call.details) }),
  }
}

function actorOf({ id, kind, appId, tenant, credentialId, authMethod, acting }: Principal): AuditActor {
  return { kind, oid: kind === 'anonymous' ? undefined : id, appid: appId, tenant, credentialId, authMethod, acting }
}
