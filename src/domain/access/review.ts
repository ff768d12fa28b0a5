import type { Millis } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { standsIn } from '#domain/resources/scopes.ts'
import type { Vault } from '#domain/resources/records.ts'
import { placeNamed } from './explain-place.ts'
import { permissionNamed } from './explain-words.ts'
import { everybody, principalNamed, type Named } from './named-principal.ts'
import type { Permission } from './permissions.ts'
import { comesWith, mayOf, type May } from './review-may.ts'
import { grantsOf, idsGivenIn, type Grant } from './review-grants.ts'
import { usedSince, type Uses, type WordOf } from './used-lately.ts'

/** What is found: each is a reason to look. */
export type Finding =
  /** The vault goes by access policies. */
  | 'AccessPolicies'
  /** Manages a vault of access policies, may give no roles, and can write himself a policy all the same. */
  | 'SelfGranting'
  /** Manages the vault and uses what is in it (`--duties`). */
  | 'BothPlanes'
  /** Uses vaults of several environments, as a tag of the vaults names them (`--environments`). */
  | 'CrossEnvironment'
  /** May do more than it has done lately (`--unused`). */
  | 'Unused'
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
  /** Name of the tag that tells a vault's environment: does anybody use several? */
  readonly environments?: string | undefined
  /** Has it used what it may? Since when, and what operations are called in the words of reviews. */
  readonly unused?: { readonly since: Millis; readonly wordOf: WordOf } | undefined
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
  /** Of what it may do with data, what it has not done since then; and when it last did anything of it. Absent where nobody asked. */
  readonly unused?: readonly string[]
  readonly lastUse?: string | null
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
  const uses = question.unused === undefined ? undefined : await usedSince(context, question.unused)
  const rows = vaults.flatMap(vault => rowsOfVault(context, call, { vault, question, only, permission, uses }))
  return question.environments === undefined ? rows : acrossEnvironments(rows, vaults, question.environments)
}

/** Of what a condition may allow too: it is one request away. */
function acrossEnvironments(rows: readonly ReviewRow[], vaults: readonly Vault[], tag: string): readonly ReviewRow[] {
  const environments = new Map(vaults.map(vault => [vault.id, tagOf(vault, tag)]))
  const users = rows.filter(
    ({ resourceId, data, conditional }) => environments.get(resourceId) !== undefined && data.length + conditional.length > 0,
  )
  const used = Map.groupBy(users, row => row.objectId)
  return rows.map(row => {
    const names = new Set(used.get(row.objectId)?.map(({ resourceId }) => environments.get(resourceId)))
    const crosses = names.size > 1 && users.includes(row)
    return crosses ? withFinding(row, 'CrossEnvironment') : row
  })
}

/** Names of tags have no case; values are compared without it, so that Prod is prod. */
const tagOf = ({ tags }: Vault, name: string): string | undefined =>
  Object.entries(tags)
    .find(([own]) => own.toLowerCase() === name.toLowerCase())?.[1]
    .toLowerCase()

const withFinding = (row: ReviewRow, finding: Finding): ReviewRow => ({ ...row, findings: [...row.findings, finding] })

interface VaultReview {
  readonly vault: Vault
  readonly question: ReviewQuestion
  readonly only: Named | undefined
  readonly permission: Permission | undefined
  readonly uses: Uses | undefined
}

function rowsOfVault(context: Context, call: Call, { vault, question, only, permission, uses }: VaultReview): readonly ReviewRow[] {
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
    return rowOf(context, { vault, named, may, duties: question.duties === true, uses })
  })
}

interface Judged {
  readonly vault: Vault
  readonly named: Named
  readonly may: ReturnType<typeof mayOf>
  readonly duties: boolean
  readonly uses: Uses | undefined
}

function rowOf(context: Context, judged: Judged): ReviewRow {
  const { vault, named, may } = judged
  const { management, data, conditional } = may
  const used = useOf(judged)
  const findings = findingsOf(context, judged)
  return {
    ...about(vault),
    principal: named.displayName,
    objectId: named.id,
    type: named.type,
    management,
    data,
    conditional,
    grants: grantsOf(context, vault, named.who),
    ...used,
    findings: used.unused === undefined || used.unused.length === 0 ? findings : [...findings, 'Unused'],
  }
}

/** Whatever object it was: a word that was used on one key is not flagged for another. */
function useOf({ vault, named, may, uses }: Judged): Pick<ReviewRow, 'unused' | 'lastUse'> {
  if (uses === undefined) return {}
  const last = may.data.map(said => {
    const word = said.replace(/ on .*/, '')
    const same = vault.enableRbacAuthorization ? (comesWith.get(word) ?? [word]) : [word]
    return same
      .flatMap(one => uses.lastUse(vault.name, named.id, one) ?? [])
      .sort()
      .at(-1)
  })
  const newest = last
    .filter(at => at !== undefined)
    .sort()
    .at(-1)
  return { unused: may.data.filter((_, at) => last[at] === undefined), lastUse: newest ?? null }
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
