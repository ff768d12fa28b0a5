import { ask } from './admin.ts'
import { listOf, memberOf, textOf } from './json-value.ts'
import { CommandFailed, exits } from './output.ts'
import { text } from './command.ts'

const unit: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `24h`, `15m`, `7d` as a time in milliseconds. */
export function sinceOf(duration: string | undefined): number | undefined {
  if (duration === undefined) return undefined
  const parts = /^(\d{1,6})([smhd])$/.exec(duration)
  if (parts === null) throw new CommandFailed({ exit: exits.usage, code: 'Usage', message: '--since is a duration such as 24h, 15m, 7d.' })
  return Date.now() - Number(parts[1]) * (unit[parts[2] ?? ''] ?? 0)
}

export interface RowFilter {
  readonly since?: number | undefined
  readonly resource?: string | undefined
  readonly principal?: string | undefined
  readonly denied?: boolean
  readonly limit?: string | undefined
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
  return query.toString()
}

export async function runningRows(dataDir: string, filter: RowFilter): Promise<readonly unknown[]> {
  return listOf(memberOf(await ask(dataDir, { method: 'GET', path: `/audit?${queryOf(filter)}` }), 'rows'))
}

/** One row as a person reads it: time, ✓ or ✗, operation, resource, who, code. */
export function lineOf(row: unknown): string {
  const [actor, decision, result] = [memberOf(row, 'actor'), memberOf(row, 'decision'), memberOf(row, 'result')]
  const who = textOf(memberOf(actor, 'oid')) || textOf(memberOf(actor, 'kind'))
  const mark = memberOf(decision, 'allow') === true ? '✓' : '✗'
  return [
    textOf(memberOf(row, 'at')),
    mark,
    textOf(memberOf(row, 'operation')),
    textOf(memberOf(row, 'resourceId')),
    who,
    textOf(memberOf(result, 'http')),
    textOf(memberOf(result, 'code')),
  ]
    .filter(part => part !== '')
    .join(' ')
}
