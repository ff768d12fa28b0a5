import { objectKinds, objectOccasions } from './vault-events.ts'

/** All that a vault tells, as Event Grid names it (key-vault.md 11). */
export const eventTypes: readonly string[] = [
  ...objectKinds.flatMap(kind => objectOccasions.map(occasion => `Microsoft.KeyVault.${kind}${occasion}`)),
  'Microsoft.KeyVault.VaultAccessPolicyChanged',
]
