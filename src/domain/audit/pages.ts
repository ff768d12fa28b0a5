import { queryBackwards } from './backwards.ts'
import type { AuditRow } from './parse-row.ts'
import { auditEnd, behindRows, queryAudit, type AuditPages, type QueryParts } from './query.ts'

/** Of a log that is there; its end is read first, so that no row between is passed over. */
export const auditPages = (parts: QueryParts): AuditPages => ({
  async page(filter) {
    const end = await auditEnd(parts.log)
    const rows: AuditRow[] = []
    for await (const row of queryAudit(parts, filter)) rows.push(row)
    const cut = filter.limit !== undefined && rows.length >= filter.limit
    return { rows, end: behindRows(rows, cut ? (filter.after ?? {}) : end) }
  },
  end: async () => auditEnd(parts.log),
  backwards: filter => queryBackwards(parts, filter),
})
