import type { ActingInAccount, Principal } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import type { Needs } from '#domain/context.ts'
import { parseArn, rootArn } from '#domain/accounts/arn.ts'
import type { AccountEntity } from './account-entities.ts'

/** Somebody of an account as explanations name it, and as the next request of theirs would come. */
export interface NamedInAccount {
  readonly type: 'root' | 'user' | 'role'
  readonly arn: string
  /** Name of the user or role. */
  readonly name?: string
  readonly who: Principal
}

const uniqueId = /^A(?:IDA|ROA)[A-Z0-9]+$/
const sessionPattern = /^arn:aws[a-z-]*:sts::\d{12}:assumed-role\/[^/]+\/(.+)$/

/** Does a text name somebody of an account? ARNs do, and unique ids of users and roles. */
export const namesAccountPrincipal = (text: string): boolean => text.startsWith('arn:') || uniqueId.test(text)

/** By ARN of the account's root, of a user, a role, or a session of one, or by unique id. A role is judged as a session of it. Raises `EntityNotFound`. */
export function accountPrincipalNamed({ policyBook: { entities } }: Needs<'policyBook'>, text: string): NamedInAccount {
  const at = parseArn(text)
  if (at?.resource === 'root' && entities.directory.hasAccount(at.accountId)) return rootNamed(at.accountId)
  const sessionName = sessionPattern.exec(text)?.[1]
  const entity = entities.find(sessionName === undefined ? text : (entities.directory.idOf(text) ?? ''))
  if (entity === undefined) throw new Problem({ code: 'EntityNotFound', details: { type: 'principal', name: text } })
  return entity.type === 'user' ? userNamed(entity) : roleNamed(entity, sessionName ?? 'explained')
}

const principalOf = (acting: ActingInAccount, kind: 'awsUser' | 'awsSession'): Principal => ({
  id: acting.userId,
  kind,
  tenant: acting.accountId,
  acting,
})
/** Nothing signs: what is judged is a request that would come. */
const unsigned = { accessKeyId: '', sessionPolicies: [] }

function rootNamed(accountId: string): NamedInAccount {
  const arn = rootArn(accountId)
  return { type: 'root', arn, who: principalOf({ ...unsigned, accountId, kind: 'root', arn, userId: accountId, tags: {} }, 'awsUser') }
}

function userNamed({ arn, value: { id, accountId, name, tags } }: AccountEntity): NamedInAccount {
  return { type: 'user', arn, name, who: principalOf({ ...unsigned, accountId, kind: 'user', arn, userId: id, name, tags }, 'awsUser') }
}

function roleNamed({ arn, value: { id, accountId, name, tags } }: AccountEntity, sessionName: string): NamedInAccount {
  const acting: ActingInAccount = {
    ...unsigned,
    accountId,
    kind: 'session',
    arn: `arn:aws:sts::${accountId}:assumed-role/${name}/${sessionName}`,
    userId: `${id}:${sessionName}`,
    name,
    role: { id, arn },
    tags,
  }
  return { type: 'role', arn, name, who: principalOf(acting, 'awsSession') }
}
