import type { Principal } from '#model/principal.ts'
import type { RuleBook } from '#domain/access/permit.ts'
import { permissionRow } from '#domain/access/permissions.ts'

/** What a principal may do with the whole directory of its tenant. */
export type DirectoryRight = (principal: Principal) => 'read' | 'write' | undefined

/** Microsoft Graph: an application has the rights that the directory gives it, and none by itself. */
export function directoryBook(rightOf: DirectoryRight): RuleBook {
  return ({ who, permission }) => {
    const wanted = permissionRow(permission).directory
    if (wanted === undefined) return undefined
    const right = rightOf(who)
    const allowed = right === 'write' || (right === 'read' && wanted === 'read')
    return allowed ? { allowed: true, by: `directory ${right}` } : { allowed: false, because: 'no-directory-right' }
  }
}
