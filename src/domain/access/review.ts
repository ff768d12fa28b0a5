import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { standsIn } from '#domain/resources/scopes.ts'
import type { Vault } from '#domain/resources/records.ts'
import { placeNamed } from './explain-place.ts'
import { permissionNamed } from './explain-words.ts'
import { everybody, principalNamed, type Named } from './named-principal.ts'
import type { Permission } from './permissions.ts'
import { mayOf, type May } from './review-may.ts'
import { grantsOf, idsGivenIn, type Grant } from './review-grants.ts'

/** What is found: each is a reason to look. */
export type Finding =
  /** The vault goes by access policies. */
  | 'AccessPolicies'
  /** Manages a vault of access policies, may give no roles, and can write himself a policy all the same. */
  | 'SelfGranting'
  /** Manages the vault and uses what is in it (`--duties`). */
  | 'BothPlanes'
  /** Access is given to an object that the directory does not have. */
  | 'PrincipalGone'

export interface ReviewQuestion {
  readonly tenantId: string
  /** Vaults at this place and below it; absent: all of the tenant. */
  readonly scope?: string | undefined
  /** This principal alone. */
  readonly principal?: string | undefined
  /** Those alone who may do this. */
  readonly action?: string | undefined
  /** Is somebody both manager and user of a vault? */
  readonly duties?: boolean | undefined
}

/** One principal of one vault: what it can really do there, and why. */
export interface ReviewRow extends May {
  /** Name of the vault. */
  readonly resource: string
  readonly resourceId: string
  readonly model: 'roles' | 'access policies'
  readonly principal: string
  readonly objectId: string
  readonly type: Named['type'] | 'Unknown'
  readonly grants: readonly Grant[]
  readonly findings: readonly Finding[]
}

/** Everybody who can do anything in the vaults of a place. Opens nothing. Raises as `explain` does. */
export async function review(context: Context, call: Call, question: ReviewQuestion): Promise<readonly ReviewRow[]> {
  const { tenantId, scope, principal, action } = question
  const on = scope === undefined ? undefined : await placeNamed(context, call, scope)
  const only = principal === undefined ? undefined : principalNamed(context, { tenantId, principal })
  const permission = action === undefined ? undefined : permissionNamed(action)
  const vaults = context.vaults
    .peek()
    .map(({ value }) => value)
    .filter(vault => vault.tenantId === tenantId && (on === undefined || standsIn(vault.scope, on)))
  return vaults.flatMap(vault => rowsOfVault(context, call, { vault, question, only, permission }))
}

interface VaultReview {
  readonly vault: Vault
  readonly question: ReviewQuestion
  readonly only: Named | undefined
  readonly permission: Permission | undefined
}

function rowsOfVault(context: Context, call: Call, { vault, question, only, permission }: VaultReview): readonly ReviewRow[] {
  const people = everybody(context, question.tenantId)
  const ids = idsGivenIn(context, vault).filter(id => only === undefined || only.id === id)
  return ids.flatMap(id => {
    const named = people.get(id)
    if (named === undefined) return permission === undefined ? gone(context, vault, id) : []
    // A group does nothing by itself: its members stand in rows of their own, with the group as their reason.
    if (named.type === 'Group' && only === undefined) return []
    const may = mayOf(context, { vault, who: named.who, at: call.at })
    const nothing = may.management.length + may.data.length + may.conditional.length === 0
    if (nothing || (permission !== undefined && !may.permissions.has(permission))) return []
    return rowOf(context, { vault, named, may, duties: question.duties === true })
  })
}

interface Judged {
  readonly vault: Vault
  readonly named: Named
  readonly may: ReturnType<typeof mayOf>
  readonly duties: boolean
}

function rowOf(context: Context, judged: Judged): ReviewRow {
  const { vault, named, may } = judged
  const { displayName, id, type, who } = named
  const { management, data, conditional } = may
  const grants = grantsOf(context, vault, who)
  return {
    ...about(vault),
    principal: displayName,
    objectId: id,
    type,
    management,
    data,
    conditional,
    grants,
    findings: findingsOf(context, judged),
  }
}

function findingsOf({ instance }: Context, { vault, may, duties }: Judged): readonly Finding[] {
  const { permissions, data } = may
  const byPolicies = !vault.enableRbacAuthorization
  const writes = permissions.has('vault.write') || permissions.has('vault.writePolicies')
  const gives = permissions.has('roleAssignment.write')
  const manages = writes || gives || permissions.has('vault.delete')
  const found: readonly (readonly [Finding, boolean])[] = [
    ['AccessPolicies', byPolicies],
    ['SelfGranting', byPolicies && !instance.guardPolicies && writes && !gives],
    ['BothPlanes', duties && manages && data.length > 0],
  ]
  return found.filter(([, holds]) => holds).map(([finding]) => finding)
}

const about = (vault: Vault): Pick<ReviewRow, 'resource' | 'resourceId' | 'model'> => ({
  resource: vault.name,
  resourceId: vault.id,
  model: vault.enableRbacAuthorization ? 'roles' : 'access policies',
})

const gone = (context: Context, vault: Vault, id: string): ReviewRow => ({
  ...about(vault),
  principal: id,
  objectId: id,
  type: 'Unknown',
  management: [],
  data: [],
  conditional: [],
  grants: grantsOf(context, vault, { id, tenant: vault.tenantId }),
  findings: ['PrincipalGone'],
})
