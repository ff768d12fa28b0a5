import type { Scope } from '#model/brands.ts'
import type { RuleBook } from '#domain/access/permit.ts'
import { permissionRow } from '#domain/access/permissions.ts'

/** One row of a vault's access policies (legacy model; identity-and-arm.md 3.1). */
export interface KeyPolicy {
  readonly objectId: string
  readonly tenantId: string
  /** Lower case; `all` never includes purge. */
  readonly keys: readonly string[]
}

/** `undefined`: that scope is in no vault, or the vault goes by RBAC. */
export type PoliciesAt = (scope: Scope) => readonly KeyPolicy[] | undefined

/** The data plane of a vault whose `enableRbacAuthorization` is false: its policies decide, role assignments grant nothing there. */
export function accessPolicyBook(policiesAt: PoliciesAt): RuleBook {
  return ({ who, permission, on }) => {
    const row = permissionRow(permission)
    if (row.data !== true || row.policies === undefined) return undefined
    const policies = policiesAt(on)
    if (policies === undefined) return undefined
    const word = row.policies.toLowerCase()
    const granting = policies.find(
      policy =>
        policy.objectId === who.id &&
        policy.tenantId === who.tenant &&
        (policy.keys.includes(word) || (word !== 'purge' && policy.keys.includes('all'))),
    )
    return granting === undefined ? { allowed: false, because: 'no-access-policy' } : { allowed: true, by: 'access policy' }
  }
}
