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

/** The built-in role that gives all of them, unconditionally, and least besides; `undefined` where no single one does. */
export function leastRole(needed: readonly Permission[]): RoleDefinition | undefined {
  const weight = (role: RoleDefinition): number => allPermissions.filter(other => roleNames(role, other)).length
  const able = builtInRoles.filter(
    role => role.permissions.every(entry => entry.condition === undefined) && needed.every(permission => roleNames(role, permission)),
  )
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
  const role = leastRole([permission])
  return role && grantOf(role, at)
}

/** The command that gives a role there. */
export function grantOf(role: RoleDefinition, { on, to }: { readonly on: Scope; readonly to: Named }): readonly string[] {
  const place = on.at(-1) ?? ''
  const assignee = ['--assignee-object-id', to.id, '--assignee-principal-type', to.type]
  return ['az', 'role', 'assignment', 'create', ...assignee, '--role', role.roleName, '--scope', place === '' ? '/' : place]
}

/** `--key-permissions sign`, of a permission's column. */
function policyFlags(policies: string): readonly string[] {
  const [kind = '', word = ''] = policies.split(' ')
  return [`--${kind.replace(/s$/, '')}-permissions`, word]
}
