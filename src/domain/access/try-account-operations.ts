import { parseKeyArn } from '#domain/account-keys/key-arn.ts'
import { accountKeyState, answerOf, isStated, type StatedOperation } from '#domain/account-keys/key-states.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { accountPrincipalNamed, type NamedInAccount } from './account-principal.ts'
import type { ExplainQuestion } from './explain.ts'
import { accountActionNamed, accountKeyAt, accountPlaceNamed } from './explain-account.ts'
import { sentenceOfAccount } from './explain-account-words.ts'
import { noFacts, type Found, type Question } from './permit.ts'
import { permissionRow, type Permission } from './permissions.ts'
import type { OfferedOperation, TriedOperation } from './try-operations.ts'

/** As `tryOperations`, of somebody in an account: each operation of the key service at one key, or at nothing in particular. Raises as `explainAccount`. */
export async function tryAccountOperations(
  context: Context,
  call: Call,
  { operations, ...question }: ExplainQuestion & { readonly operations: readonly OfferedOperation[] },
): Promise<{
  readonly principal: Pick<NamedInAccount, 'type' | 'arn'>
  readonly scope: string
  readonly tried: readonly TriedOperation[]
}> {
  const named = accountPrincipalNamed(context, question.principal)
  const { who, type, arn } = named
  const scope = question.scope ?? '*'
  const found = await accountPlaceNamed(context, { ...call, who }, { scope, accountId: who.tenant ?? '' })
  const only = question.action === undefined ? undefined : accountActionNamed(question.action)
  const stateSays = await stateAt(context, call, scope)
  const tried = operations
    .filter(({ of, permissions }) => of === 'account' && (only === undefined || permissions.includes(only)))
    .map(operation => tryOne(context, operation, { named, found, call, stateSays }))
  return { principal: { type, arn }, scope: found.owned?.arn ?? '*', tried }
}

interface Trial {
  readonly named: NamedInAccount
  readonly found: Found
  readonly call: Call
  readonly stateSays: StateSays
}

function tryOne(
  { policyBook }: Context,
  { name, permissions }: OfferedOperation,
  { named, found, call, stateSays }: Trial,
): TriedOperation {
  const actionOf = (permission: Permission): string => permissionRow(permission).account ?? permission
  const action = permissions.map(actionOf).join(', ')
  for (const permission of permissions) {
    const question: Question = { who: named.who, permission, facts: noFacts, at: call.at, ...found }
    const verdict = policyBook.weigh(question) ?? { allowed: false, missing: 'resource' as const }
    if (verdict.allowed) continue
    const told = { verdict, action: actionOf(permission), named, documents: policyBook.considered(question) }
    return { operation: name, action, allow: false, because: sentenceOfAccount(told) }
  }
  const because = permissions.map(stateSays).find(text => text !== undefined)
  return because === undefined ? { operation: name, action, allow: true } : { operation: name, action, allow: false, because }
}

type StateSays = (permission: Permission) => string | undefined

/** What touches material, or its public half, is one row of the table of states. */
const uses = /^(?:encrypt|decrypt|reEncrypt|generate|sign$|verify|deriveSharedSecret|encapsulate|decapsulate|readPublicKey)/

function statedAs(permission: Permission): StatedOperation | undefined {
  const [noun, word = ''] = permission.split('.')
  if (noun !== 'accountKey') return undefined
  if (uses.test(word)) return 'use'
  return isStated(word) ? word : undefined
}

/** What the state of the key says against an operation; nothing where the place is no key. */
async function stateAt(context: Context, call: Call, scope: string): Promise<StateSays> {
  const at = parseKeyArn(scope)
  if (at === undefined) return () => undefined
  const { key } = await accountKeyAt(context, call, at)
  const [kind, arn, state] = [key.value, scope, await accountKeyState(context, call, key)]
  return permission => {
    const operation = statedAs(permission)
    const refusal = operation && answerOf(operation, { arn, kind, state })
    return refusal && `The key's state or kind is against it: ${refusal.body.code}.`
  }
}
