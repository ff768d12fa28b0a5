import type { Context } from '#domain/context.ts'
import type { Vault } from '#domain/resources/records.ts'
import type { Someone } from './permit.ts'
import { policiesOf, viaOf } from './policies-of.ts'
import { relation } from './scope-assignments.ts'

/** Why somebody can do what they can do in a vault. */
export interface Grant {
  readonly by: 'role' | 'access policy'
  /** Of the role; of a policy its words. */
  readonly name: string
  /** Where the role was given. */
  readonly scope: string
  /** It stands above the vault. */
  readonly inherited: boolean
  /** The group through which it is theirs. */
  readonly via?: string
  readonly condition?: string
}

/** Everybody who was given something at a vault, above it or inside it; members of groups, at any depth, among them. */
export function idsGivenIn(context: Context, vault: Vault): readonly string[] {
  const roles = context.roleAssignments.peek().filter(({ value }) => relation(value.scope, vault.scope) !== undefined)
  const named = [...roles.map(({ value }) => value.principalId), ...vault.accessPolicies.map(({ objectId }) => objectId)]
  const { memberships } = context.identity
  const members = named.flatMap(id => memberships.allMembersOf(id).map(({ value }) => value.memberId))
  return [...new Set([...named, ...members])]
}

/** Role assignments, and where the vault goes by access policies its rows: policies that rule nothing are no reason. */
export function grantsOf(context: Context, vault: Vault, who: Someone): readonly Grant[] {
  const byRole = context.rbac.assignmentsOf(who).flatMap(({ compartment, value }): readonly Grant[] => {
    const where = relation(value.scope, vault.scope)
    if (where === undefined) return []
    const { principalId, roleId, scopeId, condition } = value
    return [
      {
        by: 'role',
        name: context.rbac.catalog.find(compartment, roleId)?.definition.roleName ?? roleId,
        scope: scopeId === '' ? '/' : scopeId,
        inherited: where === 'above',
        ...viaOf(context, principalId, who),
        ...(condition !== undefined && { condition }),
      },
    ]
  })
  const byPolicy = policiesOf(context, who, vault.scope).flatMap(({ words, via, applicationId, counts }): readonly Grant[] => {
    if (!counts) return []
    const name = `${words.join(', ')}${applicationId === undefined ? '' : ` through application ${applicationId}`}`
    return [{ by: 'access policy', name, scope: vault.id, inherited: false, ...(via !== undefined && { via }) }]
  })
  return [...byRole, ...byPolicy]
}
