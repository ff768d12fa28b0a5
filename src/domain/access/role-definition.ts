import { anyRun, follows } from './wildcards.ts'

/** One entry of a role: what its own exceptions leave of it, where its condition holds. Patterns with `*`, compared without case. */
export interface RolePermission {
  readonly actions: readonly string[]
  readonly notActions: readonly string[]
  readonly dataActions: readonly string[]
  readonly notDataActions: readonly string[]
  /** Version 2.0. */
  readonly condition?: string | undefined
}

export interface RoleDefinition {
  /** GUID in lower case. */
  readonly id: string
  readonly roleName: string
  readonly description: string
  readonly custom: boolean
  /** ARM ids as they were written; a role is assigned in them and below. */
  readonly assignableScopes: readonly string[]
  readonly permissions: readonly RolePermission[]
}

/** A row of the tables of built-in roles: one entry, assignable everywhere. */
export interface RoleRow extends Pick<RolePermission, 'actions'>, Partial<Omit<RolePermission, 'actions' | 'condition'>> {
  readonly id: string
  readonly roleName: string
  readonly description: string
  /** Role assignments may be written and deleted by it for these roles only. */
  readonly delegates?: readonly string[]
}

export function builtIn({ id, roleName, description, delegates, ...lists }: RoleRow): RoleDefinition {
  const none = { notActions: [], dataActions: [], notDataActions: [] }
  const condition = delegates === undefined ? undefined : delegation(delegates)
  const permission = { ...none, ...lists, ...(condition !== undefined && { condition }) }
  return { id, roleName, description, custom: false, assignableScopes: ['/'], permissions: [permission] }
}

/** Roles that pass on some roles only, as Azure publishes the condition of such a role. */
function delegation(roleIds: readonly string[]): string {
  const set = `{${roleIds.join(', ')}}`
  const one = (action: 'write' | 'delete', source: 'Request' | 'Resource'): string =>
    `((!(ActionMatches{'Microsoft.Authorization/roleAssignments/${action}'})) OR (@${source}[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals ${set}))`
  return `${one('write', 'Request')} AND ${one('delete', 'Resource')}`
}

/** What every resource role carries besides its own actions (identity-and-arm.md 3.3 "base"). */
export const roleBase: readonly string[] = [
  'Microsoft.Authorization/*/read',
  'Microsoft.Insights/alertRules/*',
  'Microsoft.Resources/deployments/*',
  'Microsoft.Resources/subscriptions/resourceGroups/read',
  'Microsoft.Support/*',
]

/** The control plane part of the Key Vault data roles (identity-and-arm.md 3.3 "KVctl"). */
export const keyVaultControl: readonly string[] = [
  ...roleBase,
  'Microsoft.KeyVault/checkNameAvailability/read',
  'Microsoft.KeyVault/deletedVaults/read',
  'Microsoft.KeyVault/locations/*/read',
  'Microsoft.KeyVault/vaults/*/read',
  'Microsoft.KeyVault/operations/read',
]

/** `*` matches any run of characters, slashes included; case does not count. */
export function actionPattern(pattern: string): { test(action: string): boolean } {
  const pieces = Array.from(pattern.toLowerCase(), letter => (letter === '*' ? anyRun : letter))
  return { test: action => follows(action.toLowerCase(), pieces) }
}

/** Does one entry name the action, its own exceptions taken off? An exception takes nothing from another entry (identity-and-arm.md 3.4). */
export type EntryMatch = (action: string, data: boolean) => boolean

export function entryMatch(entry: Omit<RolePermission, 'condition'>): EntryMatch {
  const [actions, notActions] = [entry.actions.map(actionPattern), entry.notActions.map(actionPattern)]
  const [dataActions, notDataActions] = [entry.dataActions.map(actionPattern), entry.notDataActions.map(actionPattern)]
  const known = new Map<string, boolean>()
  return (action, data) => {
    const key = data ? `data ${action}` : action
    const before = known.get(key)
    if (before !== undefined) return before
    const [given, taken] = data ? [dataActions, notDataActions] : [actions, notActions]
    const matches = given.some(pattern => pattern.test(action)) && !taken.some(pattern => pattern.test(action))
    known.set(key, matches)
    return matches
  }
}

/** Owner: the one role of which a subscription always keeps an assignment. */
export const ownerRoleId = '8e3af657-a8ff-443c-a75c-2fe8c4bcb635'
