/** A role as data: Azure's four lists, patterns with `*`, compared without case. */
export interface RoleDefinition {
  readonly id: string
  readonly roleName: string
  readonly description: string
  readonly actions: readonly string[]
  readonly notActions?: readonly string[]
  readonly dataActions?: readonly string[]
  readonly notDataActions?: readonly string[]
  /** Role assignments may be written and deleted by it for these roles only. */
  readonly delegates?: readonly string[]
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
export function actionPattern(pattern: string): RegExp {
  return new RegExp(
    `^${pattern
      .split('*')
      .map(part => RegExp.escape(part))
      .join('.*')}$`,
    'i',
  )
}

/** Which actions a role grants: its own exceptions subtract from it alone (identity-and-arm.md 3.4). */
export function grantsOf(role: RoleDefinition): (action: string, data: boolean) => boolean {
  const compiled = {
    actions: role.actions.map(actionPattern),
    notActions: (role.notActions ?? []).map(actionPattern),
    dataActions: (role.dataActions ?? []).map(actionPattern),
    notDataActions: (role.notDataActions ?? []).map(actionPattern),
  }
  const known = new Map<string, boolean>()
  return (action, data) => {
    const key = data ? `data ${action}` : action
    const before = known.get(key)
    if (before !== undefined) return before
    const [given, taken] = data ? [compiled.dataActions, compiled.notDataActions] : [compiled.actions, compiled.notActions]
    const granted = given.some(pattern => pattern.test(action)) && !taken.some(pattern => pattern.test(action))
    known.set(key, granted)
    return granted
  }
}

/** Owner: the one role of which a subscription always keeps an assignment. */
export const ownerRoleId = '8e3af657-a8ff-443c-a75c-2fe8c4bcb635'
