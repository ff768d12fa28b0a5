// For tests: accounts with their users, roles and policies as the feed would tell of them, and questions as verbs would ask.
import { compartmentId, recordId, scopeOf } from '#model/brands.ts'
import type { ActingInAccount, Principal } from '#model/principal.ts'
import type { Account, AccountGroup, AccountPolicy, AccountRole, AccountUser } from '#domain/accounts/records.ts'
import { accountEntities, type EntityRecords } from '#domain/access/account-entities.ts'
import { noFacts, type Owned, type Question } from '#domain/access/permit.ts'
import type { Permission } from '#domain/access/permissions.ts'
import type { Held } from '#domain/records/family.ts'
import { accountPolicyBook, type AccountPolicyBook } from './account-policies.ts'

export const home = '111122223333'
export const abroad = '444455556666'
export const rootOf = (account: string): string => `arn:aws:iam::${account}:root`
export const keyArn = `arn:aws:kms:eu-central-1:${home}:key/1234abcd-12ab-34cd-56ef-1234567890ab`

type Statement = object
export const policyOf = (statements: readonly Statement[]): string => JSON.stringify({ Version: '2012-10-17', Statement: statements })

type Path = readonly [name: string]
interface Feed<T> {
  observe(observer: (before: Held<T, Path> | undefined, after: Held<T, Path> | undefined) => void): void
  put(value: T): Held<T, Path>
  drop(held: Held<T, Path>): void
}

const compartment = compartmentId('0'.repeat(32))

function feed<T extends { readonly name?: string; readonly accountId?: string; readonly id: string }>(next: () => number): Feed<T> {
  const placeOf = ({ accountId = '', name, id }: T): string => `${accountId}/${name ?? id}`
  const observers: ((before: Held<T, Path> | undefined, after: Held<T, Path> | undefined) => void)[] = []
  const all = new Map<string, Held<T, Path>>()
  const tell = (before: Held<T, Path> | undefined, after: Held<T, Path> | undefined): void => {
    for (const observer of observers) observer(before, after)
  }
  return {
    observe: observer => void observers.push(observer),
    put(value) {
      const before = all.get(placeOf(value))
      const id = before?.id ?? recordId(compartment, next().toString(16).padStart(64, '0'))
      const held: Held<T, Path> = { id, compartment, path: [value.name ?? value.id], version: 1, ord: 1, value }
      all.set(placeOf(value), held)
      tell(before, held)
      return held
    },
    drop(held) {
      all.delete(placeOf(held.value))
      tell(held, undefined)
    },
  }
}

/** What of an entity a test says; the rest is as it is when it is new. */
type Said<T> = Partial<T> & { readonly name: string; readonly accountId: string }

export interface AccountWorld {
  readonly policies: AccountPolicyBook
  user(said: Said<AccountUser>): Held<AccountUser, Path>
  role(said: Said<AccountRole>): Held<AccountRole, Path>
  group(said: Said<AccountGroup>): Held<AccountGroup, Path>
  /** A managed policy; returns its ARN. */
  managed(name: string, statements: readonly Statement[]): string
  dropUser(held: Held<AccountUser, Path>): void
  dropRole(held: Held<AccountRole, Path>): void
}

export function accountWorld(): AccountWorld {
  let serial = 0
  const next = (): number => (serial += 1)
  const feeds = {
    accounts: feed<Account>(next),
    accountUsers: feed<AccountUser>(next),
    accountRoles: feed<AccountRole>(next),
    accountGroups: feed<AccountGroup>(next),
    accountPolicies: feed<AccountPolicy>(next),
  }
  const records: EntityRecords = feeds
  const policies = accountPolicyBook(accountEntities(records, () => undefined))
  for (const id of [home, abroad]) feeds.accounts.put({ id, compartment, createdAt: 0 })
  const fresh = (prefix: string) => ({ id: `${prefix}${String(next()).padStart(17, '0')}`, path: '/', createdAt: 0 })
  const holding = { tags: {}, inlinePolicies: {}, attachedPolicies: [] }
  return {
    policies,
    user: said => feeds.accountUsers.put({ ...fresh('AIDA'), ...holding, ...said }),
    role: said => feeds.accountRoles.put({ ...fresh('AROA'), ...holding, trustPolicy: '', trusted: {}, maxSessionSeconds: 3_600, ...said }),
    group: said => feeds.accountGroups.put({ ...fresh('AGPA'), ...holding, members: [], ...said }),
    managed(name, statements) {
      const versions = [{ id: 'v1', document: policyOf(statements), createdAt: 0 }]
      const more = { versions, defaultVersion: 'v1', nextVersion: 2, updatedAt: 0, tags: {} }
      feeds.accountPolicies.put({ ...fresh('ANPA'), accountId: home, name, ...more })
      return `arn:aws:iam::${home}:policy/${name}`
    },
    dropUser: held => feeds.accountUsers.drop(held),
    dropRole: held => feeds.accountRoles.drop(held),
  }
}

const principal = (acting: ActingInAccount): Principal => ({
  id: acting.userId,
  kind: acting.kind === 'session' ? 'awsSession' : 'awsUser',
  tenant: acting.accountId,
  acting,
})
const bare = { accessKeyId: 'AKIAEXAMPLE', sessionPolicies: [], tags: {} }

export const asRoot = (accountId: string): Principal =>
  principal({ ...bare, accountId, kind: 'root', arn: rootOf(accountId), userId: accountId })

export const asUser = ({ value: { accountId, path, name, id, tags } }: Held<AccountUser>): Principal =>
  principal({ ...bare, accountId, kind: 'user', arn: `arn:aws:iam::${accountId}:user${path}${name}`, userId: id, name, tags })

export function asSession(
  { value: { accountId, path, name, id, tags } }: Held<AccountRole>,
  more: Partial<ActingInAccount> = {},
): Principal {
  const arn = `arn:aws:sts::${accountId}:assumed-role/${name}/session`
  const role = { id, arn: `arn:aws:iam::${accountId}:role${path}${name}` }
  return principal({ ...bare, accountId, kind: 'session', arn, userId: `${id}:session`, name, role, tags, ...more })
}

export interface AskedOfKey extends Partial<Omit<Owned, 'policy' | 'facts'>> {
  readonly policy?: readonly Statement[]
  readonly said?: Readonly<Record<string, string | readonly string[]>>
}

/** A question about the key of `keyArn`, or about what else `asked` says. */
export function questionOf(who: Principal, permission: Permission, { policy, said = {}, ...asked }: AskedOfKey): Question {
  const owned: Owned = {
    account: home,
    arn: keyArn,
    kind: 'key',
    facts: key => said[key],
    ...(policy !== undefined && { policy: policyOf(policy) }),
    ...asked,
  }
  return { who, permission, on: scopeOf(['', rootOf(owned.account), owned.arn]), facts: noFacts, owned }
}
