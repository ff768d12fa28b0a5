import { millis } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { keyNamesIn } from '#domain/inventory/last-uses.ts'
import { accountPrincipalNamed, type NamedInAccount } from './account-principal.ts'
import type { ExplainQuestion } from './explain.ts'
import { accountActionNamed } from './explain-account.ts'
import { permissionRow } from './permissions.ts'
import type { OfferedOperation } from './try-operations.ts'

/** The least that would do for somebody in an account: a statement, for there are no roles to choose from. */
export interface MinimalStatement {
  readonly principal: Pick<NamedInAccount, 'type' | 'arn'>
  readonly from: 'question' | 'audit'
  readonly needs: readonly string[]
  /** Absent where nothing was seen. */
  readonly statement?: { readonly Effect: 'Allow'; readonly Action: readonly string[]; readonly Resource: readonly string[] }
}

const usesOfMs = 90 * 86_400_000

type Asked = ExplainQuestion & { readonly operations: readonly OfferedOperation[] }

/** What the question names, or what the principal did of the key service in 90 days, on the keys that it did it with. Raises as `explainAccount`. */
export async function minimalStatement(context: Context, call: Call, question: Asked): Promise<MinimalStatement> {
  const named = accountPrincipalNamed(context, question.principal)
  const principal = { type: named.type, arn: named.arn }
  if (question.action !== undefined) {
    const action = permissionRow(accountActionNamed(question.action)).account ?? ''
    return { principal, from: 'question', needs: [action], statement: allowing([action], [question.scope ?? '*']) }
  }
  const { needs, resources } = await seen(context, call, { named, operations: question.operations })
  return { principal, from: 'audit', needs, ...(needs.length > 0 && { statement: allowing(needs, resources) }) }
}

const allowing = (Action: readonly string[], Resource: readonly string[]): NonNullable<MinimalStatement['statement']> => ({
  Effect: 'Allow',
  Action,
  Resource,
})

async function seen(
  context: Context,
  call: Call,
  { named: { who, type }, operations }: Pick<Asked, 'operations'> & { readonly named: NamedInAccount },
): Promise<{ readonly needs: readonly string[]; readonly resources: readonly string[] }> {
  const offered = new Map(operations.filter(({ of }) => of === 'account').map(({ name, permissions }) => [name, permissions]))
  const [actions, resources] = [new Set<string>(), new Set<string>()]
  for await (const row of context.trail({ since: millis(call.at - usesOfMs) })) {
    const { actor, decision, operation } = row
    const permissions = offered.get(operation)
    if (!decision.allow || permissions === undefined || !isOf(actor.oid, { type, id: who.id })) continue
    for (const permission of permissions) actions.add(permissionRow(permission).account ?? permission)
    const keys = keyNamesIn(row)
    for (const key of keys.length === 0 ? ['*'] : keys) resources.add(key)
  }
  return { needs: [...actions].sort(), resources: [...resources].sort() }
}

/** A role acts in sessions, which are named `ROLE_ID:SESSION`. */
const isOf = (oid: string | undefined, { type, id }: { readonly type: NamedInAccount['type']; readonly id: string }): boolean =>
  type === 'role' ? oid?.split(':')[0] === id.split(':')[0] : oid === id
