import { memberOf, textOf } from './json-value.ts'

/** A vault in one line: `kv1  standard rbac  soft delete 90 d`. */
export function vaultLine(vault: unknown): readonly string[] {
  const properties = memberOf(vault, 'properties')
  const sku = textOf(memberOf(memberOf(properties, 'sku'), 'name'))
  const mode = memberOf(properties, 'enableRbacAuthorization') === true ? 'rbac' : 'access policies'
  const guarded = memberOf(properties, 'enablePurgeProtection') === true ? ', purge protected' : ''
  return [
    textOf(memberOf(vault, 'name')),
    `${sku} ${mode}`,
    `soft delete ${String(memberOf(properties, 'softDeleteRetentionInDays'))} d${guarded}`,
  ]
}
