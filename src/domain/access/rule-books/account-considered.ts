import type { OwnDocuments } from '#domain/access/account-entities.ts'
import type { CompiledPolicies, CompiledStatement } from '#domain/access/policy-documents/compile.ts'
import { documentsOn, type AskedOfAccount, type Deciding } from './account-decision.ts'
import { relationsOf } from './principal-relation.ts'

/** A statement that names the action, and why it does or does not count. */
export interface ConsideredStatement extends Deciding {
  readonly effect: 'Allow' | 'Deny'
  /** `elsewhere`: its resources or its conditions do not fit; `others`: it names other principals. */
  readonly counts: 'yes' | 'elsewhere' | 'others'
}

/** Every statement of every document that bears on a request and names its action. What cannot be read has none. */
export function consideredIn(asked: AskedOfAccount, own: OwnDocuments, compile: CompiledPolicies): readonly ConsideredStatement[] {
  return documentsOn(asked, own).flatMap(({ kind, name, text, purpose }) =>
    (compile(text, purpose)?.naming(asked.action) ?? []).map(one => ({
      kind,
      document: name,
      statement: one.sid ?? String(one.number),
      effect: one.effect,
      counts: countOf(one, asked, own),
    })),
  )
}

function countOf(
  one: CompiledStatement,
  { acting, owned, facts }: AskedOfAccount,
  { boundary }: OwnDocuments,
): ConsideredStatement['counts'] {
  const whom = { acting, bounded: boundary !== undefined, ...(owned.bound !== undefined && { bound: owned.bound }) }
  if (one.principals !== undefined && relationsOf(one.principals, whom).size === 0) return 'others'
  return one.holds(owned.arn, facts) ? 'yes' : 'elsewhere'
}
