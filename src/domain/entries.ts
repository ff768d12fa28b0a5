import type { Principal } from '#model/principal.ts'
import type { Write } from '#ports/record-store.ts'
import { namedWrites, type NamedWrite } from './audit/named-writes.ts'
import { rowText, type AuditActor, type AuditDecision, type AuditEntry } from './audit/row.ts'
import { recipientsOf } from './audit/trail-facts.ts'
import type { Call, Ruling, Target } from './call.ts'

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
  const { answer, writes } = ended
  const entries: string[] = []
  for (const { call: own, http, code } of call.children)
    for (const recipient of copiesOf(own)) entries.push(entryText(own, { ended, result: { http, code }, recipient }))
  const result = { http: answer.status, code: answer.code }
  const named = namedWrites(writes)
  const copies = copiesOf(call)
  for (let at = 0; at < copies.length; at += 1) {
    const isLast = at === copies.length - 1
    entries.push(entryText(call, { ended, result, recipient: copies[at], writes: isLast && named.length > 0 ? named : undefined }))
  }
  return entries
}

interface Entering {
  readonly ended: Ended
  readonly result: AuditEntry['result']
  readonly recipient: string | undefined
  /** What the last of a call's entries names. */
  readonly writes?: readonly NamedWrite[] | undefined
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

function entryText(call: Call, { ended, result, recipient, writes }: Entering): string {
  const { source, ruling, trail, target, details } = call
  const { node, durationMs } = ended
  return rowText({
    at: call.at,
    actor: actorOf(call.who),
    boot: node.boot,
    correlationId: source.correlationId,
    decision: decisionOf(call.decidedAt, ruling),
    details: details.size > 0 ? Object.fromEntries(details) : undefined,
    durationMs,
    node: node.id,
    operation: call.operation,
    place: call.place > 0 ? call.place : undefined,
    plane: source.plane,
    requestId: source.requestId,
    resourceId: call.resource,
    result,
    sourceIp: source.sourceIp,
    target: isEmpty(target) ? undefined : target,
    trail: trail === undefined ? undefined : { facts: trail, recipient },
    userAgent: source.userAgent,
    writes,
  })
}

const decisionOf = (appliedSeq: number, ruling: Ruling): AuditDecision =>
  ruling.allowed ? { allow: true, appliedSeq, by: ruling.by } : { allow: false, appliedSeq, because: ruling.because }

/** Without a list of its members: asked at every request. */
function isEmpty(target: Target): boolean {
  for (const _ in target) return false
  return true
}

function actorOf({ id, kind, appId, tenant, credentialId, authMethod, acting }: Principal): AuditActor {
  return { kind, oid: kind === 'anonymous' ? undefined : id, appid: appId, tenant, credentialId, authMethod, acting }
}
