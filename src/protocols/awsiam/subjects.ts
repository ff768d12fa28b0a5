import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import type { NameInAccount } from '#domain/accounts/entities.ts'
import { groupNamed, roleNamed, userNamed } from '#domain/accounts/entities.ts'
import type { NamedHolder, PolicyHolder } from '#domain/accounts/inline-policies.ts'
import type { AccountGroup, AccountRole, AccountUser } from '#domain/accounts/records.ts'
import { structure } from '#protocols/aws/schemas.ts'
import type { Shape } from '#protocols/aws/shape.ts'
import { existingUserName, groupName, roleName } from './members.ts'

/** A noun of the service whose operations differ from another's in words alone. */
interface Words {
  /** As it stands in the names of operations: `PutUserPolicy`. */
  readonly word: string
  readonly nameMember: string
  readonly name: Shape<string>
}

/** Users, groups and roles, that policies are put in and attached to. */
export interface HolderWords<T extends PolicyHolder, Noun extends 'accountUser' | 'accountGroup' | 'accountRole'> extends Words {
  readonly noun: Noun
  readonly find: (context: Context, call: Call, at: NameInAccount) => Promise<NamedHolder<T>>
}

export const userWords: HolderWords<AccountUser, 'accountUser'> = {
  word: 'User',
  nameMember: 'UserName',
  name: existingUserName,
  noun: 'accountUser',
  find: userNamed,
}
export const groupWords: HolderWords<AccountGroup, 'accountGroup'> = {
  word: 'Group',
  nameMember: 'GroupName',
  name: groupName,
  noun: 'accountGroup',
  find: groupNamed,
}
export const roleWords: HolderWords<AccountRole, 'accountRole'> = {
  word: 'Role',
  nameMember: 'RoleName',
  name: roleName,
  noun: 'accountRole',
  find: roleNamed,
}

/** What the operation is about, under its own member, with the rest of its input. */
export function about<R>(
  { nameMember, name }: Pick<Words, 'nameMember' | 'name'>,
  rest: Shape<R>,
): Shape<R & { readonly subject: string }> {
  const own = structure({ [nameMember]: name })
  return {
    read(value, at, hearing) {
      const named = own.read(value, at, hearing)
      const others = rest.read(value, at, hearing)
      const subject = named?.[nameMember]
      return subject === undefined || others === undefined ? undefined : { ...named, ...others, subject }
    },
  }
}
