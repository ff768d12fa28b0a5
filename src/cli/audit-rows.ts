import { ask } from './admin.ts'
import { listOf, memberOf, textOf } from './json-value.ts'
import { CommandFailed, exits } from './output.ts'
import { text } from './command.ts'

const unit: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:Z|[+-]\d\d:\d\d)$/

/** A span back from now (`24h`, `15m`, `7d`) or an instant of RFC 3339, as milliseconds since 1970. */
export function sinceOf(since: string | undefined): number | undefined {
  if (since === undefined) return undefined
  const at = instant.test(since) ? Date.parse(since) : Number.NaN
  return Number.isNaN(at) ? Date.now() - durationMs('--since', since) : at
}

export function durationMs(option: string, duration: string): number {
  const parts = /^(\d{1,6})([smhd])$/.exec(duration)
  if (parts === null)
    throw new CommandFailed({
      exit: exits.usage,
      code: 'Usage',
      message: `${option} is a duration such as 24h, 15m, 7d${option === '--since' ? ', or a time such as 2026-11-20T10:00:00Z' : ''}.`,
    })
  return Number(parts[1]) * (unit[parts[2] ?? ''] ?? 0)
}

export interface RowFilter {
  readonly since?: number | undefined
  readonly resource?: string | undefined
  readonly principal?: string | undefined
  readonly denied?: boolean
  readonly limit?: string | undefined
  /** Where an earlier answer ended. */
  readonly after?: string | undefined
  /** Milliseconds that a follower is kept waiting. */
  readonly wait?: number
}

export const filterOf = (options: Readonly<Record<string, unknown>>): RowFilter => ({
  since: sinceOf(text(options['since'])),
  resource: text(options['resource']),
  principal: text(options['principal']),
  limit: text(options['limit']),
  denied: options['denied'] === true,
})

export function queryOf(filter: RowFilter): string {
  const query = new URLSearchParams()
  if (filter.since !== undefined) query.set('since', filter.since.toString())
  if (filter.resource !== undefined) query.set('resource', filter.resource)
  if (filter.principal !== undefined) query.set('principal', filter.principal)
  if (filter.limit !== undefined) query.set('limit', filter.limit)
  if (filter.denied === true) query.set('denied', 'true')
  if (filter.after !== undefined) query.set('after', filter.after)
  if (filter.wait !== undefined) query.set('wait', filter.wait.toString())
  return query.toString()
}

export interface FoundRows {
  readonly rows: readonly unknown[]
  readonly next: string | undefined
}

export async function runningRows(dataDir: string, filter: RowFilter): Promise<FoundRows> {
  const found = await ask(dataDir, { method: 'GET', path: `/audit?${queryOf(filter)}` })
  return { rows: listOf(memberOf(found, 'rows')), next: text(memberOf(found, 'next')) }
}

/** One row as a person reads it (people.md 4.2): time, ✓ or ✗, operation, object, who, outcome, from where, request. */
export function lineOf(row: unknown, { dated }: { readonly dated: boolean }): string {
  const [actor, decision, result] = [memberOf(row, 'actor'), memberOf(row, 'decision'), memberOf(row, 'result')]
  const at = textOf(memberOf(row, 'at'))
  const request = textOf(memberOf(row, 'requestId')).slice(0, 8)
  return [
    dated ? at : at.slice(11, 23),
    memberOf(decision, 'allow') === true ? '✓' : '✗',
    textOf(memberOf(row, 'operation')),
    objectOf(textOf(memberOf(row, 'resourceId'))),
    textOf(memberOf(actor, 'appid')) || textOf(memberOf(actor, 'oid')) || textOf(memberOf(actor, 'kind')),
    textOf(memberOf(result, 'code')) || textOf(memberOf(result, 'http')),
    textOf(memberOf(memberOf(row, 'details'), 'count')),
    textOf(memberOf(row, 'sourceIp')),
    request === '' ? '' : `req ${request}`,
  ]
    .filter(part => part !== '')
    .join(' ')
}

/** `https://kv1.vault.keystead.test:8443/keys/k1` is `kv1/keys/k1`; an ARM id is its last type and name. `--json` has the whole. */
function objectOf(resourceId: string): string {
  const [, host = '', path = ''] = /^https:\/\/([^./]+)\.[^/]*(\/.*)?$/.exec(resourceId) ?? []
  if (host !== '') return `${host}${path}`
  return resourceId.startsWith('/subscriptions/') ? resourceId.split('/').slice(-2).join('/') : resourceId
}
