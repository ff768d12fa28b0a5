import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Context, Needs } from '#domain/context.ts'
import { accountKeyById, keyAliasByName, type FoundAccountKey } from '#domain/account-keys/find-account-key.ts'
import { parseKeyArn, type NamedByArn } from '#domain/account-keys/key-arn.ts'
import { ownedKey } from '#domain/account-keys/permit-account-key.ts'
import { foundArn } from '#domain/accounts/entities.ts'
import { parseArn } from '#domain/accounts/arn.ts'
import { accountPrincipalNamed, type NamedInAccount } from './account-principal.ts'
import type { ExplainQuestion } from './explain.ts'
import { sentenceOfAccount, wayOutOf, type WayOut } from './explain-account-words.ts'
import { noFacts, type Found, type Question } from './permit.ts'
import { permissionRow, permissions, type Permission } from './permissions.ts'
import type { ConsideredStatement } from './rule-books/account-considered.ts'
import type { Deciding, Verdict } from './rule-books/account-decision.ts'

export interface AccountExplanation extends WayOut {
  readonly allow: boolean
  readonly principal: Pick<NamedInAccount, 'type' | 'arn' | 'name'> & { readonly id: string; readonly accountId: string }
  readonly action?: string
  readonly scope: string
  /** One sentence. */
  readonly because: string
  /** The statements that decide, or the grant. */
  readonly decided: readonly Deciding[]
  readonly grantId?: string
  /** Every statement that names the action, in every document that bears on it. */
  readonly documents: readonly ConsideredStatement[]
  /** All actions that are allowed there, when none was asked. */
  readonly allowed?: readonly string[]
}

const isPermission = (name: string): name is Permission => Object.hasOwn(permissions, name)
const ofAccounts = Object.keys(permissions)
  .filter(isPermission)
  .filter(permission => permissionRow(permission).account !== undefined)

/**
 * Judges as the next request of somebody in an account would be judged, and says by which statement of which document. Opens nothing.
 * What only a request says is not there: conditions on it are judged as for a request without it. Raises `EntityNotFound`, `InvalidParameter`, `AccountKeyNotFound`.
 */
export async function explainAccount(context: Context, call: Call, question: ExplainQuestion): Promise<AccountExplanation> {
  const named = accountPrincipalNamed(context, question.principal)
  const { who, type, arn, name } = named
  const accountId = who.tenant ?? ''
  const found = await accountPlaceNamed(context, { ...call, who }, { scope: question.scope ?? '*', accountId })
  const asked = (permission: Permission): Question => ({ who, permission, facts: noFacts, at: call.at, ...found })
  const principal = { type, arn, ...(name !== undefined && { name }), id: who.id, accountId }
  const shared = { principal, scope: found.owned?.arn ?? '*' }
  if (question.action === undefined) return { ...shared, ...everything(context, asked, arn) }
  return { ...shared, ...explainOne(context, asked(accountActionNamed(question.action)), { named, found }) }
}

type Asked = (permission: Permission) => Question
type Told = Omit<AccountExplanation, 'principal' | 'scope'>

function everything({ policyBook }: Needs<'policyBook'>, asked: Asked, arn: string): Told {
  const may = ofAccounts.filter(permission => policyBook.weigh(asked(permission))?.allowed === true)
  const allowed = [...new Set(may.map(permission => permissionRow(permission).account ?? permission))]
  return { allow: may.length > 0, because: `${arn} may do ${allowed.length} kinds of things here.`, decided: [], documents: [], allowed }
}

interface Place {
  readonly named: NamedInAccount
  readonly found: Found
}

function explainOne({ policyBook }: Needs<'policyBook'>, question: Question, { named, found }: Place): Told {
  const action = permissionRow(question.permission).account ?? question.permission
  const verdict = policyBook.weigh(question) ?? { allowed: false, missing: 'resource' as const }
  const documents = policyBook.considered(question)
  const because = sentenceOfAccount({ verdict, action, named, documents })
  const told = { allow: verdict.allowed, action, because, documents }
  if (verdict.allowed) return { ...told, ...deciding(verdict.by) }
  return { ...told, decided: 'denied' in verdict ? [verdict.denied] : [], ...wayOutOf({ verdict, action, named, found }) }
}

function deciding(by: Extract<Verdict, { readonly allowed: true }>['by']): Pick<AccountExplanation, 'decided' | 'grantId'> {
  if (by === 'root') return { decided: [] }
  return 'grant' in by ? { decided: [], grantId: by.grant } : { decided: by }
}

/** `kms:Encrypt`, or its end alone, or a permission's own name. Raises `InvalidParameter`. */
export function accountActionNamed(word: string): Permission {
  const wanted = word.toLowerCase()
  const found = ofAccounts.find(permission => {
    const action = permissionRow(permission).account?.toLowerCase()
    return permission.toLowerCase() === wanted || action === wanted || action?.endsWith(`:${wanted}`) === true
  })
  if (found !== undefined) return found
  throw new Problem({
    code: 'InvalidParameter',
    details: { name: 'action', message: 'No action of accounts has that name; try kms:Decrypt.' },
  })
}

interface Scoped {
  readonly scope: string
  readonly accountId: string
}

/** A key by its ARN or an alias of it; anything else as an ARN of the account; `*`: what belongs to nothing. */
export async function accountPlaceNamed(context: Context, call: Call, { scope, accountId }: Scoped): Promise<Found> {
  const at = parseKeyArn(scope)
  if (at !== undefined) return keyNamed(context, call, at)
  const owner = parseArn(scope)?.accountId
  if (scope !== '*' && owner === undefined)
    throw new Problem({ code: 'InvalidParameter', details: { name: 'scope', message: 'The scope is no ARN.' } })
  return foundArn(owner === undefined || owner === '' ? accountId : owner, scope)
}

async function keyNamed(context: Context, call: Call, at: NamedByArn): Promise<Found> {
  return ownedKey(context, call, await accountKeyAt(context, call, at))
}

/** By its ARN or an alias's. Raises `AccountKeyNotFound`. */
export async function accountKeyAt(context: Context, call: Call, at: NamedByArn): Promise<FoundAccountKey> {
  const alias = at.kind === 'alias' ? await keyAliasByName(context, call, at) : undefined
  const key = await accountKeyById(context, call, { ...at, id: at.kind === 'alias' ? (alias?.value.keyId ?? '') : at.name })
  if (key === undefined) throw new Problem({ code: 'AccountKeyNotFound', details: { message: `Key '${at.name}' does not exist` } })
  return { key, ...(alias !== undefined && { alias: alias.value.name }) }
}
