import type { Scope } from '#model/brands.ts'
import type { AuditRow } from '#domain/audit/parse-row.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { standsIn } from '#domain/resources/scopes.ts'
import { formatArmId, parseArmId, scopeOfText, type ArmId } from '#protocols/azure/arm-ids.ts'
import type { ActivityFilter } from './activity-filter.ts'
import type { ArmSite } from './site.ts'

/** The service keeps and shows 90 days. */
const keptMs = 90 * 86_400_000

interface ActivityAsked extends ActivityFilter {
  readonly subscriptionId: string
  /** What is shown lies here or below: the caller may read it. */
  readonly scope: Scope
  /** Key of the last event given out; `''` at the beginning. */
  readonly before: string
  readonly limit: number
  readonly select: string | undefined
  /** Of an operation's name, as entries have it. */
  readonly actionOf: ArmSite['actionOf']
}

interface Keyed {
  readonly key: string
  readonly event: Readonly<Record<string, unknown>>
}

const keyOf = ({ at, node, seq }: AuditRow): string => `${at} ${node} ${seq.toString().padStart(12, '0')}`

/** A page of events, newest first. */
export async function activityIn(
  context: Context,
  call: Call,
  asked: ActivityAsked,
): Promise<{ readonly events: readonly Keyed[]; readonly more: boolean }> {
  const since = Math.max(asked.from, call.at - keptMs)
  const kept: Keyed[] = []
  for await (const row of context.trail({ since })) {
    const key = keyOf(row)
    if (asked.before !== '' && key >= asked.before) continue
    const told = toldOf(row, asked)
    if (told === undefined || !isMeant(told, asked)) continue
    kept.push({ key, event: selected(eventOf(told, asked.subscriptionId), asked.select) })
    // The newest are wanted: of a long log no more is held than a page and one.
    if (kept.length > asked.limit + 1) kept.shift()
  }
  const more = kept.length > asked.limit
  return { events: kept.slice(more ? 1 : 0).toReversed(), more }
}

/** A row that the activity log tells of: a change of the management plane, tried by somebody who was known. */
interface Told {
  readonly row: AuditRow
  readonly action: string
  readonly resourceId: string
  readonly id: ArmId
  readonly at: Scope
  readonly correlationId: string
}

function toldOf(row: AuditRow, { actionOf }: Pick<ActivityAsked, 'actionOf'>): Told | undefined {
  const action = row['plane'] === 'arm' ? actionOf(row.operation) : undefined
  if (action === undefined || action.endsWith('/read') || row.result.http === 401) return undefined
  const resourceId = row.resourceId.replace(/^https:\/\/[^/]+/, '')
  const id = parseArmId(resourceId)
  const at = id === undefined ? undefined : placeOf(id)
  if (id === undefined || at === undefined) return undefined
  return { row, action, resourceId, id, at, correlationId: textOf(row['correlationId']) || row.requestId }
}

/** Of what is attached to a resource, the resource. */
function placeOf({ extension: _attached, ...own }: ArmId): Scope | undefined {
  return scopeOfText(formatArmId(own))
}

function isMeant({ row, action, at, correlationId }: Told, asked: ActivityAsked): boolean {
  const { provider, correlationId: wanted } = asked
  const tests = [
    standsIn(at, asked.scope),
    provider === undefined || action.toLowerCase().startsWith(`${provider.toLowerCase()}/`),
    wanted === undefined || correlationId.toLowerCase() === wanted.toLowerCase(),
    Temporal.Instant.from(row.at).epochMilliseconds <= asked.to,
  ]
  return tests.every(Boolean)
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
const named = (value: string) => ({ value, localizedValue: value })

function eventOf(told: Told, subscriptionId: string): Readonly<Record<string, unknown>> {
  const { row, action, resourceId, id, correlationId } = told
  const provider = id.provider ?? 'Microsoft.Resources'
  return {
    authorization: { action, scope: resourceId },
    ...callerOf(row),
    category: named('Administrative'),
    channels: 'Operation',
    correlationId,
    description: '',
    eventDataId: row.requestId,
    eventName: named('EndRequest'),
    eventTimestamp: row.at,
    httpRequest: { clientRequestId: correlationId, clientIpAddress: textOf(row['sourceIp']), method: methodOf(action) },
    id: `${resourceId}/events/${row.requestId}`,
    operationId: correlationId,
    operationName: named(action),
    resourceGroupName: id.group ?? '',
    resourceId,
    resourceProviderName: named(provider),
    resourceType: named([provider, ...id.types].join('/')),
    ...outcomeOf(row),
    submissionTimestamp: row.at,
    subscriptionId,
    tenantId: textOf(row.actor['tenant']),
  }
}

function callerOf({ actor }: AuditRow) {
  const [oid, appid] = [actor.oid ?? '', actor.appid ?? '']
  return {
    caller: appid || oid || actor.kind,
    claims: { appid, 'http://schemas.microsoft.com/identity/claims/objectidentifier': oid },
  }
}

function outcomeOf({ result }: AuditRow) {
  const good = result.http < 400
  return {
    level: good ? 'Informational' : 'Error',
    status: named(good ? 'Succeeded' : 'Failed'),
    subStatus: { value: result.code ?? '', localizedValue: `HTTP Status Code: ${result.http}` },
  }
}

const methodOf = (action: string): string => (action.endsWith('/delete') ? 'DELETE' : action.endsWith('/write') ? 'PUT' : 'POST')

function selected(event: Readonly<Record<string, unknown>>, select: string | undefined): Readonly<Record<string, unknown>> {
  if (select === undefined || select.trim() === '') return event
  const wanted = new Set(select.split(',').map(name => name.trim().toLowerCase()))
  return Object.fromEntries(Object.entries(event).filter(([name]) => wanted.has(name.toLowerCase())))
}
