import type { RuleBook } from '#domain/access/permit.ts'
import { permissionRow } from '#domain/access/permissions.ts'

/** The admin socket's holder and the instance's own schedulers: what the table grants them, and nothing else. */
export const ownRuleBook: RuleBook = ({ who, permission }) => {
  if (who.kind !== 'instance' && who.kind !== 'system') return undefined
  const row = permissionRow(permission)
  if (who.kind === 'instance' && row.operator === true) return { allowed: true, by: 'admin-socket' }
  if (who.kind === 'system' && row.system === true) return { allowed: true, by: 'scheduler' }
  return { allowed: false, because: `not-for-${who.kind}` }
}
