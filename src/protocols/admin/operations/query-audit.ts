import { z } from 'zod'
import { rootScope } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import type { Clock } from '#ports/clock.ts'
import type { AuditCursor, AuditFilter } from '#domain/audit/query.ts'
import { auditCursor, cursorText } from '#protocols/admin/audit-cursor.ts'
import { shownRow } from '#protocols/admin/shown-row.ts'
import { adminOperation, type AuditReading } from '#protocols/admin/site.ts'

const auditQueryName = 'AuditQuery'

const count = z
  .string()
  .regex(/^\d{1,15}$/, 'is a number')
  .transform(Number)

/** How long a reader that follows is kept waiting; each answer is an entry. */
const waitMsMax = 5_000
const lookEveryMs = 200

/**
 * Rows oldest first, all of them unless a limit is asked for (security-and-reliability.md 4.2), and where they end. With `wait`: a reader
 * that follows. It waits for a row that is none of its own reading, so that reading does not feed itself.
 */
export const queryAudit = adminOperation({
  name: auditQueryName,
  method: 'GET',
  path: '/audit',
  permissions: ['audit.read'],
  essential: true,
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({
    since: count.optional(),
    resource: z.string().optional(),
    principal: z.string().optional(),
    denied: z.literal('true').optional(),
    limit: count.optional(),
    after: auditCursor.optional(),
    wait: count.refine(ms => ms <= waitMsMax, 'is at most 5000').optional(),
  }),
  body: { none: true },
  async handle({ ground: { clock } }, _call, { site, query }) {
    const { audit } = site.runtime
    const filter = filterOf(query)
    if (query.wait === undefined) return json(200, pageOf(await audit.query(filter)))
    const until = clock.monotonic() + query.wait
    let after = filter.after ?? {}
    for (;;) {
      const found = await audit.query({ ...filter, after })
      const rows = found.rows.filter(row => row['operation'] !== auditQueryName)
      if (rows.length > 0 || clock.monotonic() >= until) return json(200, pageOf({ ...found, rows }))
      after = found.end
      await pause(clock)
    }
  },
})

type Found = Awaited<ReturnType<AuditReading['query']>>

const pageOf = ({ rows, end }: Found): object => ({
  rows: rows.map(shownRow),
  ...(Object.keys(end).length > 0 && { next: cursorText(end) }),
})

function filterOf(query: {
  readonly since?: number | undefined
  readonly resource?: string | undefined
  readonly principal?: string | undefined
  readonly denied?: 'true' | undefined
  readonly limit?: number | undefined
  readonly after?: AuditCursor | undefined
}): AuditFilter {
  const { since, resource, principal, denied, limit, after } = query
  return {
    ...(since !== undefined && { since }),
    ...(resource !== undefined && { resource }),
    ...(principal !== undefined && { principal }),
    ...(limit !== undefined && { limit }),
    ...(after !== undefined && { after }),
    denied: denied !== undefined,
  }
}

async function pause(clock: Clock): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  clock.after(lookEveryMs, resolve)
  await promise
}
