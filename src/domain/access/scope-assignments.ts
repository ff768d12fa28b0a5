import type { Scope } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { Held } from '#domain/records/family.ts'
import { standsIn } from '#domain/resources/scopes.ts'
import type { DenyAssignment, RoleAssignment } from './records.ts'

export type HeldAssignment = Held<RoleAssignment, readonly [scope: string, name: string]>

export type HeldDenial = Held<DenyAssignment, readonly [scope: string, name: string]>

/** Above, at or below; `undefined`: aside. */
export const relation = (assigned: Scope, scope: Scope): 'above' | 'at' | 'below' | undefined => {
  const [inside, outside] = [standsIn(scope, assigned), standsIn(assigned, scope)]
  return inside && outside ? 'at' : inside ? 'above' : outside ? 'below' : undefined
}

export interface AssignmentsAsked {
  readonly tenantId: string
  readonly scope: Scope
  /** `atScope()`: this scope and above, nothing below. */
  readonly atScope: boolean
  /** Whose: one of these ids. */
  readonly principals?: readonly string[]
}

/** Role assignments at, above and below a scope, as ARM lists them. */
export function assignmentsAround(context: Needs<'roleAssignments'>, call: Call, asked: AssignmentsAsked): readonly HeldAssignment[] {
  const { tenantId, scope, atScope, principals } = asked
  return context.roleAssignments.all(call, compartmentOfGuid(tenantId), ({ value }) => {
    if (principals?.includes(value.principalId) === false) return false
    return isAround(value.scope, { scope, atScope })
  })
}

function isAround(standing: Scope, { scope, atScope }: Pick<AssignmentsAsked, 'scope' | 'atScope'>): boolean {
  const where = relation(standing, scope)
  return where !== undefined && !(atScope && where === 'below')
}

/** Deny assignments likewise. */
export const denialsAround = (
  context: Needs<'denyAssignments'>,
  call: Call,
  asked: Omit<AssignmentsAsked, 'principals'>,
): readonly HeldDenial[] =>
  context.denyAssignments.all(call, compartmentOfGuid(asked.tenantId), ({ value }) => isAround(value.scope, asked))

/** One commit takes no more away: whoever has given more roles there takes some of them back first. */
const removedMax = 500

/** What is deleted takes its assignments along: a namesake made later begins with none. Raises `ArmRefused` where they are too many. */
export function removeAssignmentsIn(
  context: Needs<'roleAssignments'>,
  call: Call,
  at: { readonly tenantId: string; readonly scope: Scope },
): void {
  const inside = context.roleAssignments.all(call, compartmentOfGuid(at.tenantId), ({ value }) => standsIn(value.scope, at.scope))
  if (inside.length > removedMax) {
    const message = `${inside.length} role assignments stand here: remove all but ${removedMax} of them, then delete it.`
    throw new Problem({ code: 'ArmRefused', details: { status: 409, code: 'OperationNotAllowed', message } })
  }
  for (const held of inside) context.roleAssignments.remove(call, held)
}
