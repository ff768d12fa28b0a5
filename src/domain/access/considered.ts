import type { Millis, Scope } from '#model/brands.ts'
import type { Needs } from '#domain/context.ts'
import { standsIn } from '#domain/resources/scopes.ts'
import type { Named } from './named-principal.ts'
import { noFacts } from './permit.ts'
import type { Permission } from './permissions.ts'
import { viaOf } from './policies-of.ts'
import type { WeighedAssignment, Weight } from './weigh.ts'

/** One assignment of the principal or of a group that it is in, and why it did or did not count. */
export interface Considered {
  readonly role: string
  readonly custom: boolean
  readonly scope: string
  readonly assignment: string
  /** The group through which it is the principal's. */
  readonly via?: string
  readonly condition?: string
  /** Its scope is the asked one or above it. */
  readonly inScope: boolean
  /** Its role names the action, and its conditions hold. */
  readonly grants: boolean
  /** More than `grants` says: the role lacks it, or names it under a condition that fails, or that cannot be judged without a request. */
  readonly weight: Weight
}

export interface ConsideredAt {
  readonly named: Named
  readonly on: Scope
  readonly permission: Permission | undefined
  readonly at: Millis
}

/** Weighs one assignment, wherever it stands. */
export function considered(
  context: Needs<'rbac' | 'identity'>,
  held: WeighedAssignment,
  { named, on, permission, at }: ConsideredAt,
): Considered {
  const { scope, scopeId, roleId, principalId, name, condition } = held.value
  const role = context.rbac.catalog.find(held.compartment, roleId)?.definition
  const weight = permission === undefined ? 'lacks' : context.rbac.weigh(held, { who: named.who, permission, on, facts: noFacts, at })
  return {
    role: role?.roleName ?? roleId,
    custom: role?.custom ?? true,
    scope: scopeId === '' ? '/' : scopeId,
    assignment: name,
    ...viaOf(context, principalId, named.who),
    ...(condition !== undefined && { condition }),
    inScope: standsIn(on, scope),
    grants: weight === 'grants',
    weight,
  }
}
