import { z } from 'zod'
import type { AuditCursor } from '#domain/audit/query.ts'

/** `1:42,2:7` */
export const auditCursor = z
  .string()
  .regex(/^\d{1,9}:\d{1,15}(?:,\d{1,9}:\d{1,15})*$/, 'is what an earlier answer gave as next')
  .transform(text => cursorOf(text))

export const cursorText = (cursor: AuditCursor): string =>
  Object.entries(cursor)
    .map(([node, seq]) => `${node}:${seq.toString()}`)
    .join(',')

function cursorOf(text: string): AuditCursor {
  const cursor: Record<number, number> = {}
  for (const pair of text.split(',')) {
    const [node, seq] = pair.split(':').map(Number)
    if (node !== undefined && seq !== undefined) cursor[node] = seq
  }
  return cursor
}
