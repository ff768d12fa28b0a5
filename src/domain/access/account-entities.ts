import { issuerOf, type ActingInAccount } from '#model/principal.ts'
import { policyArn, roleArn, userArn } from '#domain/accounts/arn.ts'
import { isServiceRole } from '#domain/accounts/service-roles.ts'
import type { Account, AccountGroup, AccountPolicy, AccountRole, AccountUser } from '#domain/accounts/records.ts'
import type { Held } from '#domain/records/family.ts'
import type { Records } from '#domain/records/records.ts'
import type { Directory } from './policy-documents/bound-principals.ts'

/** A policy document and what it is called where a decision is explained. */
export interface NamedDocument {
  /** `policy use-keys of user ci`, `managed policy arn:… of group operators`. */
  readonly name: string
  readonly text: string
}

/** Documents that say what somebody may. */
export interface OwnDocuments {
  readonly identity: readonly NamedDocument[]
  /** Beyond which nothing of the others counts. */
  readonly boundary?: NamedDocument
}

/** Users, roles, groups and managed policies of all accounts, as the feed tells. All of it is rulings: what is read here need not be noted in a call. */
export interface AccountEntities {
  /** `undefined`: whoever acts is no more. */
  documentsOf(acting: ActingInAccount): OwnDocuments | undefined
  /** A user, a role, by the unique id or by ARN. */
  find(idOrArn: string): AccountEntity | undefined
  /** As documents are bound to them. */
  readonly directory: Directory
}

export interface AccountEntity {
  readonly type: 'user' | 'role'
  readonly value: AccountUser | AccountRole
  readonly arn: string
}

type Observed<T> = Pick<Records<T, readonly [name: string]>, 'observe'>
export interface EntityRecords {
  readonly accounts: Observed<Account>
  readonly accountUsers: Observed<AccountUser>
  readonly accountRoles: Observed<AccountRole>
  readonly accountGroups: Observed<AccountGroup>
  readonly accountPolicies: Observed<AccountPolicy>
}

/** The text of a policy that no account made, by its ARN. */
export type BuiltInPolicy = (arn: string) => string | undefined

/** Follows the families' observers: call it before the view is loaded. */
export function accountEntities(records: EntityRecords, builtIn: BuiltInPolicy): AccountEntities {
  const { byId, byArn, byName } = followEntities(records)
  const hasAccount = followAccounts(records)
  const groupsOf = followGroups(records)
  const policies = followPolicies(records)

  const managed: Managed = (arn, whose) => {
    const text = policies.get(arn) ?? builtIn(arn)
    return text === undefined ? [] : [{ name: `managed policy ${arn} of ${whose}`, text }]
  }
  function ownOf({ inlinePolicies, attachedPolicies }: Holder, whose: string): readonly NamedDocument[] {
    const inline = Object.entries(inlinePolicies).map(([name, text]) => ({ name: `policy ${name} of ${whose}`, text }))
    return [...inline, ...attachedPolicies.flatMap(arn => managed(arn, whose))]
  }

  return {
    documentsOf(acting) {
      const id = acting.kind === 'user' ? acting.userId : issuerOf(acting)?.id
      // The account's root, services and those whom an issuer vouches for have no policies of their own.
      if (id === undefined) return acting.kind === 'session' ? undefined : { identity: [] }
      // Roles of services have none either.
      if (isServiceRole(id)) return { identity: [] }
      const found = byId.get(id)
      if (found?.value.accountId !== acting.accountId) return undefined
      const { type, value } = found
      const groups = type === 'user' ? groupsOf(value) : []
      const identity = [...ownOf(value, `${type} ${value.name}`), ...groups.flatMap(group => ownOf(group, `group ${group.name}`))]
      return { identity, ...(value.boundary !== undefined && { boundary: boundaryOf(value.boundary, managed) }) }
    },
    find: name => byId.get(name) ?? byArn.get(name),
    directory: {
      hasAccount,
      idOf: arn => (sessionPattern.test(arn) ? byName.get(roleOfSession(arn)) : byArn.get(arn))?.value.id,
      arnOf: id => byId.get(id)?.arn,
    },
  }
}

function followAccounts({ accounts }: EntityRecords): (id: string) => boolean {
  const there = new Set<string>()
  accounts.observe((before, after) => {
    if (before !== undefined) there.delete(before.value.id)
    if (after !== undefined) there.add(after.value.id)
  })
  return id => there.has(id)
}

/** Sessions are named by their role's name, without its path. */
const pathless = ({ type, value: { accountId, name } }: AccountEntity): string => `arn:aws:iam::${accountId}:${type}/${name}`
const sessionPattern = /^arn:aws:sts::(\d{12}):assumed-role\/([^/]+)\/.*$/
const roleOfSession = (arn: string): string => arn.replace(sessionPattern, 'arn:aws:iam::$1:role/$2')

function followEntities(records: EntityRecords) {
  const byId = keyed<AccountEntity>()
  const byArn = keyed<AccountEntity>()
  const byName = keyed<AccountEntity>()
  const follow = <T extends AccountUser | AccountRole>(family: Observed<T>, entityOf: (value: T) => AccountEntity): void =>
    family.observe((before, after) => {
      if (before !== undefined) {
        byId.drop(before.value.id, before)
        byArn.drop(entityOf(before.value).arn, before)
        byName.drop(pathless(entityOf(before.value)), before)
      }
      if (after === undefined) return
      const entity = entityOf(after.value)
      byId.put(after.value.id, after, entity)
      byArn.put(entity.arn, after, entity)
      byName.put(pathless(entity), after, entity)
    })
  follow(records.accountUsers, value => ({ type: 'user', value, arn: userArn(value) }))
  follow(records.accountRoles, value => ({ type: 'role', value, arn: roleArn(value) }))
  return { byId, byArn, byName }
}

/** The texts in force. */
function followPolicies({ accountPolicies }: EntityRecords) {
  const policies = keyed<string>()
  accountPolicies.observe((before, after) => {
    if (before !== undefined) policies.drop(policyArn(before.value), before)
    const inForce = after?.value.versions.find(({ id }) => id === after.value.defaultVersion)
    if (after !== undefined && inForce !== undefined) policies.put(policyArn(after.value), after, inForce.document)
  })
  return policies
}

function followGroups({ accountGroups }: EntityRecords): (user: Pick<AccountUser, 'accountId' | 'name'>) => readonly AccountGroup[] {
  const groupsOf = new Map<string, Map<string, AccountGroup>>()
  const member = (accountId: string, name: string): string => `${accountId}/${name.toLowerCase()}`
  accountGroups.observe((before, after) => {
    if (before !== undefined) for (const name of before.value.members) groupsOf.get(member(before.value.accountId, name))?.delete(before.id)
    if (after === undefined) return
    for (const name of after.value.members)
      groupsOf.getOrInsertComputed(member(after.value.accountId, name), () => new Map()).set(after.id, after.value)
  })
  return ({ accountId, name }) => [...(groupsOf.get(member(accountId, name))?.values() ?? [])]
}

type Managed = (arn: string, whose: string) => readonly NamedDocument[]
type Holder = Pick<AccountGroup, 'inlinePolicies' | 'attachedPolicies'>

/** A boundary that is not there any more lets nothing pass: an empty text is no document. */
const boundaryOf = (arn: string, managed: Managed): NamedDocument =>
  managed(arn, 'the permissions boundary')[0] ?? { name: `managed policy ${arn} of the permissions boundary`, text: '' }

/** One place may be left and taken in either order: only the record that stands there leaves it. */
function keyed<T>() {
  const all = new Map<string, { readonly by: string; readonly value: T }>()
  return {
    get: (key: string): T | undefined => all.get(key)?.value,
    put: (key: string, by: Held<unknown>, value: T): void => void all.set(key, { by: by.id, value }),
    drop(key: string, by: Held<unknown>): void {
      if (all.get(key)?.by === by.id) all.delete(key)
    },
  }
}
