import type { Scope } from '#model/brands.ts'
import { builtInRoles } from './built-in-roles.ts'
import type { Named } from './named-principal.ts'
import { permissionRow, permissions, type Permission } from './permissions.ts'
import { entryMatch, type RoleDefinition } from './role-definition.ts'
import { rowsFor } from './weigh.ts'

const isPermission = (name: string): name is Permission => Object.hasOwn(permissions, name)
export const allPermissions = Object.keys(permissions).filter(isPermission)

/** Whatever its conditions say. */
const roleNames = (role: RoleDefinition, permission: Permission): boolean =>
  role.permissions.some(entry => {
    const matches = entryMatch(entry)
    return rowsFor(permission).some(({ azure, data }) => azure !== undefined && matches(azure, data ?? false))
  })

/** The built-in role that gives it, unconditionally, and least besides. */
export function smallestRole(permission: Permission): RoleDefinition | undefined {
  const weight = (role: RoleDefinition): number => allPermissions.filter(other => roleNames(role, other)).length
  const able = builtInRoles.filter(role => role.permissions.every(entry => entry.condition === undefined) && roleNames(role, permission))
  return able.map(role => ({ role, weight: weight(role) })).sort((a, b) => a.weight - b.weight)[0]?.role
}

/** The command that would allow it, as az takes it; `undefined` where no role and no policy gives it. */
export function grantCommand(
  permission: Permission,
  at: { readonly on: Scope; readonly to: Named; readonly byPolicies: boolean },
): readonly string[] | undefined {
  const place = at.on.at(-1) ?? ''
  const { policies } = permissionRow(permission)
  const vault = /\/vaults\/([^/]+)/.exec(place)?.[1]
  if (at.byPolicies && policies !== undefined && vault !== undefined)
    return ['az', 'keyvault', 'set-policy', '--name', vault, '--object-id', at.to.id, ...policyFlags(policies)]
  const role = smallestRole(permission)
  if (role === undefined) return undefined
  const assignee = ['--assignee-object-id', at.to.id, '--assignee-principal-type', at.to.type]
  return ['az', 'role', 'assignment', 'create', ...assignee, '--role', role.roleName, '--scope', place === '' ? '/' : place]
}

/** `--key-permissions sign`, of a permission's column. */
function policyFlags(policies: string): readonly string[] {
  const [kind = '', word = ''] = policies.split(' ')
  return [`--${kind.replace(/s$/, '')}-permissions`, word]
}
