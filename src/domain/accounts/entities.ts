import type { CompartmentId, Scope } from '#model/brands.ts'
import { scopeOf } from '#model/brands.ts'
import { lookUp } from '#model/names.ts'
import { Problem } from '#model/problem.ts'
import { assertPermits, type Found, type OwnedFacts, type Permit } from '#domain/access/permit.ts'
import type { Permission } from '#domain/access/permissions.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Held } from '#domain/records/family.ts'
import type { Records } from '#domain/records/records.ts'
import { groupArn, instanceProfileArn, policyArn, roleArn, rootArn, userArn } from './arn.ts'
import type { Account, AccountGroup, AccountPolicy, AccountRole, AccountUser, InstanceProfile } from './records.ts'

export type HeldAccount = Held<Account, readonly [id: string]>
type ByName = readonly [name: string]

/** What every one of them is: a name on a path of an account, and an id of its own. */
export interface Entity {
  readonly id: string
  readonly accountId: string
  readonly name: string
  readonly path: string
  readonly createdAt: number
}
export interface Tagged {
  readonly tags: Readonly<Record<string, string>>
}
export type EntityType = 'user' | 'group' | 'role' | 'policy' | 'instanceProfile'

/** Something of an account as a request names it: there or not, policies speak of it by its ARN. */
export interface Named<T extends Entity, Type extends EntityType = EntityType> {
  readonly type: Type
  /** As the request wrote it. */
  readonly name: string
  readonly accountId: string
  readonly compartment: CompartmentId
  /** Of what is there; else of what would stand there. */
  readonly arn: string
  readonly held: Held<T, ByName> | undefined
  readonly records: Records<T, ByName>
}
export type NamedUser = Named<AccountUser, 'user'>
export type NamedGroup = Named<AccountGroup, 'group'>
export type NamedRole = Named<AccountRole, 'role'>
export type NamedPolicy = Named<AccountPolicy, 'policy'>
export type NamedProfile = Named<InstanceProfile, 'instanceProfile'>

export interface NameInAccount {
  readonly accountId: string
  readonly name: string
  /** Where one that is to be made will stand. */
  readonly path?: string
}

const arns: Readonly<Record<EntityType, (named: Pick<Entity, 'accountId' | 'path' | 'name'>) => string>> = {
  user: userArn,
  group: groupArn,
  role: roleArn,
  policy: policyArn,
  instanceProfile: instanceProfileArn,
}

/** Without a name: where a list of that path begins. */
export const entityArn = (
  type: EntityType,
  { accountId, path, name = '' }: Pick<Entity, 'accountId' | 'path'> & { readonly name?: string },
): string => arns[type]({ accountId, path, name })

/** The account by its twelve digits. Raises `AccountNotFound`. */
export async function accountOf({ accounts, instance }: Needs<'accounts' | 'instance'>, call: Call, id: string): Promise<HeldAccount> {
  const held = await accounts.get(call, instance.installation, [id])
  if (held === undefined) throw new Problem({ code: 'AccountNotFound', details: { id } })
  return held
}

async function named<T extends Entity, Type extends EntityType>(
  context: Needs<'accounts' | 'instance'>,
  call: Call,
  at: NameInAccount & { readonly type: Type; readonly records: Records<T, ByName> },
): Promise<Named<T, Type>> {
  const { type, records, accountId, name, path = '/' } = at
  const { compartment } = (await accountOf(context, call, accountId)).value
  const held = await records.get(call, compartment, [name.toLowerCase()])
  const arn = entityArn(type, held === undefined ? { accountId, path, name } : held.value)
  return { type, name, accountId, compartment, arn, held, records }
}

type At<Family extends 'accountUsers' | 'accountGroups' | 'accountRoles' | 'accountPolicies' | 'instanceProfiles'> = Needs<
  Family | 'accounts' | 'instance'
>

export const userNamed = async (context: At<'accountUsers'>, call: Call, at: NameInAccount): Promise<NamedUser> =>
  named(context, call, { ...at, type: 'user', records: context.accountUsers })
export const groupNamed = async (context: At<'accountGroups'>, call: Call, at: NameInAccount): Promise<NamedGroup> =>
  named(context, call, { ...at, type: 'group', records: context.accountGroups })
export const roleNamed = async (context: At<'accountRoles'>, call: Call, at: NameInAccount): Promise<NamedRole> =>
  named(context, call, { ...at, type: 'role', records: context.accountRoles })
export const policyNamed = async (context: At<'accountPolicies'>, call: Call, at: NameInAccount): Promise<NamedPolicy> =>
  named(context, call, { ...at, type: 'policy', records: context.accountPolicies })
export const profileNamed = async (context: At<'instanceProfiles'>, call: Call, at: NameInAccount): Promise<NamedProfile> =>
  named(context, call, { ...at, type: 'instanceProfile', records: context.instanceProfiles })

/** Ancestry of what policies of an account are asked about. */
export const accountScope = (accountId: string, arn: string): Scope => scopeOf(['', rootArn(accountId), arn])

/** What is in no Region counts as being in this one (IAM User Guide, `aws:RequestedRegion`). */
const homeRegion = 'us-east-1'

/** What the one door is asked about an ARN of an account: `facts` say what the request adds (aws-kms.md 4.4). */
export const foundArn = (accountId: string, arn: string, facts: OwnedFacts = () => undefined): Found => ({
  on: accountScope(accountId, arn),
  owned: { account: accountId, arn, kind: 'account', facts: key => facts(key) ?? (key === 'aws:requestedregion' ? homeRegion : undefined) },
})

/** The same about an entity: its tags and its boundary are known too. */
export const foundEntity = (
  entity: Named<Entity & Partial<Tagged> & { readonly boundary?: string | undefined }>,
  facts: OwnedFacts = () => undefined,
): Found => foundArn(entity.accountId, entity.arn, key => facts(key) ?? factOfEntity(entity.held?.value, key))

const resourceTag = /^(?:aws|iam):resourcetag\//

/** What conditions may ask of a thing by its tags and its boundary. */
export function factOfEntity(
  entity: (Partial<Tagged> & { readonly boundary?: string | undefined }) | undefined,
  key: string,
): string | undefined {
  if (entity === undefined) return undefined
  if (key === 'iam:permissionsboundary') return entity.boundary
  return resourceTag.test(key) && entity.tags !== undefined ? tagOf(entity.tags, key.slice(key.indexOf('/') + 1)) : undefined
}

/** A tag by the key of a condition, whose case says nothing. */
function tagOf(tags: Tagged['tags'], wanted: string): string | undefined {
  return lookUp(tags, wanted) ?? Object.entries(tags).find(([key]) => key.toLowerCase() === wanted)?.[1]
}

/** What is there, opened by its permit. Raises `EntityNotFound`. */
export function existing<T extends Entity>(permit: Permit<Permission>, entity: Named<T>): Held<T, ByName> {
  assertPermits(permit, accountScope(entity.accountId, entity.arn))
  if (entity.held === undefined) throw missing(entity)
  return entity.held
}

export const missing = ({ type, name }: Pick<Named<Entity>, 'type' | 'name'>): Problem =>
  new Problem({ code: 'EntityNotFound', details: { type, name } })

/** Makes the record where there is none. Raises `EntityExists`. */
export function createEntity<T extends Entity>(
  call: Call,
  permit: Permit<Permission>,
  made: { readonly at: Named<T>; readonly value: T },
): Held<T, ByName> {
  const { at, value } = made
  assertPermits(permit, accountScope(at.accountId, at.arn))
  if (at.held !== undefined) throw new Problem({ code: 'EntityExists', details: { type: at.type, name: at.name } })
  return at.records.create(call, at.compartment, { path: [at.name.toLowerCase()], value })
}

export const inUse = (message: string): Problem => new Problem({ code: 'EntityInUse', details: { message } })
export const invalidInput = (message: string): Problem => new Problem({ code: 'InputInvalid', details: { message } })

/** A role that a service owns is changed by nobody else. Raises `EntityUnmodifiable`. */
export function assertNotLinked({ linkedTo, name }: { readonly linkedTo?: string | undefined; readonly name: string }): void {
  if (linkedTo !== undefined)
    throw new Problem({
      code: 'EntityUnmodifiable',
      details: { message: `Cannot perform the operation on the protected role '${name}' - this role is only modifiable by AWS` },
    })
}
