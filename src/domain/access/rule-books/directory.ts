import type { Scope } from '#model/brands.ts'
import type { Principal } from '#model/principal.ts'
import type { RuleBook } from '#domain/access/permit.ts'
import { permissionRow, type PermissionRow } from '#domain/access/permissions.ts'

/** What a directory says of who may change it. */
export interface DirectoryRights {
  /** What a principal may do with the whole directory of its tenant. */
  rightOf(who: Principal): 'read' | 'write' | undefined
  /** It owns the object of the scope, and may manage what it owns. */
  ownerManages(who: Principal, on: Scope): boolean
  /** It may make what it will own. */
  managesOwn(who: Principal): boolean
  /** It may make groups, which it will own. */
  makesGroups(who: Principal): boolean
}

/** Microsoft Graph: a principal has the rights that the directory gives it, those of an owner on what it owns, and none by itself. */
export function directoryBook(rights: DirectoryRights): RuleBook {
  return ({ who, permission, on }) => {
    const wanted = permissionRow(permission).directory
    if (wanted === undefined) return undefined
    const right = rights.rightOf(who)
    if (right === 'write' || (right === 'read' && wanted === 'read')) return { allowed: true, by: `directory ${right}` }
    if (wanted === 'write' && rights.ownerManages(who, on)) return { allowed: true, by: 'owner' }
    if (mayMake(rights, wanted, who)) return { allowed: true, by: 'owner to be' }
    return { allowed: false, because: 'no-directory-right' }
  }
}

const mayMake = (rights: DirectoryRights, wanted: PermissionRow['directory'], who: Principal): boolean =>
  (wanted === 'create' && rights.managesOwn(who)) || (wanted === 'createGroup' && rights.makesGroups(who))
