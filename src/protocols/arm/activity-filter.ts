import type { Scope } from '#model/brands.ts'
import { lookUp } from '#model/names.ts'
import { Problem } from '#model/problem.ts'
import { groupScope, standsIn, subscriptionScope } from '#domain/resources/scopes.ts'
import { scopeOfText } from '#protocols/azure/arm-ids.ts'

/** The members of a `$filter` of the activity log. */
export interface ActivityFilter {
  readonly from: number
  readonly to: number
  readonly group: string | undefined
  readonly resource: string | undefined
  readonly provider: string | undefined
  readonly correlationId: string | undefined
}

function refuseFilter(message: string): never {
  throw new Problem({ code: 'InvalidParameter', details: { name: '$filter', message } })
}

/** Each member may be compared in one way. */
const members: Readonly<Record<string, keyof ActivityFilter>> = {
  'eventtimestamp ge': 'from',
  'eventtimestamp le': 'to',
  'resourcegroupname eq': 'group',
  'resourceuri eq': 'resource',
  'resourceid eq': 'resource',
  'resourceprovider eq': 'provider',
  'correlationid eq': 'correlationId',
}

const newTerm = (): RegExp => /\s*(\w+)\s+(eq|ge|le)\s+(?:'([^']*)'|([\w:.+-]+))\s*(?:and\s+|$)/iy

function* termsOf(text: string): Generator<readonly [member: string, value: string]> {
  const term = newTerm()
  while (term.lastIndex < text.length) {
    // az sends times without quotes.
    const [, name = '', comparison = '', quoted, bare = ''] =
      term.exec(text) ?? refuseFilter('The $filter of the request is not supported here.')
    yield [`${name} ${comparison}`.toLowerCase(), quoted ?? bare]
  }
}

/** `eventTimestamp ge '…' [and eventTimestamp le '…'] [and resourceGroupName eq '…']`. Raises `InvalidParameter`: what is not understood must not widen what comes back. */
export function parseActivityFilter(subscriptionId: string, filter: string | undefined): ActivityFilter {
  const found = new Map<keyof ActivityFilter, string>()
  for (const [term, value] of termsOf(filter?.trimEnd() ?? '')) {
    const member = lookUp(members, term) ?? refuseFilter('The $filter of the request is not supported here.')
    if (found.has(member)) refuseFilter('A member of the $filter is there twice.')
    found.set(member, value)
  }
  const resource = found.get('resource')
  if (resource !== undefined && !isOf(subscriptionId, scopeOfText(resource)))
    refuseFilter('The resourceUri of the $filter is none of this subscription.')
  const from = found.get('from') ?? refuseFilter("The $filter must say since when: eventTimestamp ge '…'.")
  return {
    from: timeOf(from),
    to: timeOf(found.get('to') ?? '9999-12-31T00:00:00Z'),
    group: found.get('group'),
    resource,
    provider: found.get('provider'),
    correlationId: found.get('correlationId'),
  }
}

/** With and without a zone: what has none is UTC, as the service reads it. */
function timeOf(text: string): number {
  try {
    return Temporal.Instant.from(/(?:Z|[+-]\d{2}:?\d{2})$/i.test(text) ? text : `${text}Z`).epochMilliseconds
  } catch {
    return refuseFilter('The eventTimestamp of the $filter is no time.')
  }
}

/** Where one must be allowed to read for it: whoever may read a group sees what was done in it. Of a filter that says nothing of a place, or nothing at all, the subscription. */
export function placeOfFilter(subscriptionId: string, filter: string | undefined): Scope {
  const own = subscriptionScope(subscriptionId)
  const resource = /\bresource(?:uri|id)\s+eq\s+'?([^'\s]*)/i.exec(filter ?? '')?.[1]
  const group = /\bresourcegroupname\s+eq\s+'?([^'\s]*)/i.exec(filter ?? '')?.[1]
  const named = resource === undefined ? (group === undefined ? own : groupScope(subscriptionId, group)) : scopeOfText(resource)
  return isOf(subscriptionId, named) ? named : own
}

const isOf = (subscriptionId: string, scope: Scope | undefined): scope is Scope =>
  scope !== undefined && standsIn(scope, subscriptionScope(subscriptionId))
