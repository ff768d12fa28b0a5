import type { Scope } from '#model/brands.ts'
import type { Principal } from '#model/principal.ts'
import { aloneAsItself, type CountsAs, type RuleBook } from '#domain/access/permit.ts'
import { permissionRow } from '#domain/access/permissions.ts'

/** One row of a vault's access policies (legacy model; identity-and-arm.md 3.1). */
export interface PolicyRow {
  readonly objectId: string
  readonly tenantId: string
  /** Compound identity: it counts only for this application, and only where it acts for the object. */
  readonly applicationId?: string
  /** `keys get`, `secrets all`, in lower case. */
  readonly words: ReadonlySet<string>
}

/** A vault's rows by the object they are for: a decision costs the caller's groups, not the number of rows. */
export type VaultPolicies = ReadonlyMap<string, readonly PolicyRow[]>

/** `undefined`: that scope is in no vault, or the vault goes by RBAC. */
export type PoliciesAt = (scope: Scope) => VaultPolicies | undefined

/** The words of a row that give what a permission's column asks: each that is named there, and `all`, which never includes purge. */
export function wordsGiving(policies: string): readonly string[] {
  const [kind = '', ...words] = policies.toLowerCase().split(' ')
  const named = words.map(word => `${kind} ${word}`)
  return words.every(word => word === 'purge') ? named : [...named, `${kind} all`]
}

/** An application that acts for somebody: the token's object is the user, its application another. */
const actsFor = (who: Principal, applicationId: string): boolean => who.kind === 'user' && who.appId?.toLowerCase() === applicationId

/** The data plane of a vault whose `enableRbacAuthorization` is false: its policies decide, role assignments grant nothing there. */
export function accessPolicyBook(policiesAt: PoliciesAt, countsAs: CountsAs = aloneAsItself): RuleBook {
  return ({ who, permission, on }) => {
    const row = permissionRow(permission)
    const policies = row.data === true ? policiesAt(on) : undefined
    if (policies === undefined) return undefined
    const wanted = row.policies === undefined ? [] : wordsGiving(row.policies)
    const giving = countsAs(who)
      .flatMap(id => policies.get(id) ?? [])
      .filter(policy => policy.tenantId === who.tenant && wanted.some(word => policy.words.has(word)))
    const granting = giving.find(({ applicationId }) => applicationId === undefined || actsFor(who, applicationId))
    if (granting !== undefined) return { allowed: true, by: spelt(granting, who) }
    return { allowed: false, because: giving.length > 0 ? 'access-policy-needs-its-application' : 'no-access-policy' }
  }
}

function spelt({ objectId, applicationId }: PolicyRow, who: Principal): string {
  const whose = objectId === who.id ? 'access policy' : `access policy of group ${objectId}`
  return applicationId === undefined ? whose : `${whose} through application ${applicationId}`
}
