import type { Refused, Ruling } from '#domain/call.ts'
import type { AccountEntities } from '#domain/access/account-entities.ts'
import type { Question, RuleBook } from '#domain/access/permit.ts'
import { permissionRow } from '#domain/access/permissions.ts'
import { compiledPolicies } from '#domain/access/policy-documents/compile.ts'
import { consideredIn, type ConsideredStatement } from './account-considered.ts'
import { decide, opensTo, type AskedOfAccount, type Deciding, type DocumentKind, type Verdict } from './account-decision.ts'
import { accountFacts } from './account-facts.ts'

/** Characters of policies that are kept compiled: some ten thousand documents. */
const compiledMax = 32 * 1024 * 1024

export interface AccountPolicyBook {
  /** Answers for whoever acts in an account, and for nobody else; it must come before books that are asked of anybody. */
  readonly book: RuleBook
  /** The same with all that it stands on, for explanations; `undefined`: not a question of accounts. */
  weigh(question: Question): Verdict | undefined
  /** Every statement that names the action, and whether it counts: for explanations. */
  considered(question: Question): readonly ConsideredStatement[]
  /** Would the document that the question shows let the same principal write it again? The account's statement is enough (aws-kms.md 4.2). */
  mayWritePolicyAfter(question: Question<'accountKey.writePolicy'>): boolean
  readonly entities: AccountEntities
}

/** Policies of accounts, their keys and roles, and grants (aws-kms.md 4). Costs what bears on the request, whatever else there is. */
export function accountPolicyBook(entities: AccountEntities): AccountPolicyBook {
  const compile = compiledPolicies(compiledMax)

  function askedBy(question: Question): AskedOfAccount | undefined {
    const { who, owned, permission } = question
    const { account: action, across = false } = permissionRow(permission)
    if (who.acting === undefined || owned === undefined || action === undefined) return undefined
    const facts = accountFacts({ ...question, acting: who.acting, owned })
    return { acting: who.acting, action, owned, facts, across }
  }

  function weigh(question: Question): Verdict | undefined {
    const asked = askedBy(question)
    return asked && decide(asked, entities.documentsOf(asked.acting), compile)
  }

  return {
    entities,
    weigh,
    considered(question) {
      const asked = askedBy(question)
      const own = asked && entities.documentsOf(asked.acting)
      return asked === undefined || own === undefined ? [] : consideredIn(asked, own, compile)
    },
    mayWritePolicyAfter(question) {
      const asked = askedBy(question)
      return asked !== undefined && opensTo(asked, compile)
    },
    book(question): Ruling | undefined {
      if (question.who.acting === undefined) return undefined
      const verdict = weigh(question)
      if (verdict === undefined) return { allowed: false, because: 'no-rule-book' }
      return verdict.allowed
        ? { allowed: true, by: spelt(verdict.by) }
        : refusalOf(verdict, { action: permissionRow(question.permission).account ?? '', foreign: isForeign(question) })
    },
  }
}

function spelt(by: Extract<Verdict, { readonly allowed: true }>['by']): string {
  if (by === 'root') return 'root of the account'
  if ('grant' in by) return `grant ${by.grant}`
  return by.map(spelledStatement).join(' and ')
}

const spelledStatement = ({ document, statement }: Deciding): string => `statement ${statement} of ${document}`

const denials: Readonly<Record<DocumentKind, string>> = {
  resource: 'a resource-based policy',
  identity: 'an identity-based policy',
  boundary: 'a permissions boundary',
  session: 'a session policy',
}
const absences: Readonly<Record<DocumentKind, string>> = {
  resource: 'no resource-based policy',
  identity: 'no identity-based policy',
  boundary: 'no permissions boundary',
  session: 'no session policy',
}

/** Another account's key, asked for by whoever acts in an account. */
const isForeign = ({ who: { acting }, owned }: Question): boolean =>
  owned?.kind === 'key' && acting !== undefined && acting.kind !== 'service' && acting.accountId !== owned.account

/** Of another account's key: one sentence whether it is there or not, and whatever its policy says (aws-kms.md 4.1). */
export const hiddenBecause =
  'because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access'

interface Refusal {
  readonly action: string
  readonly foreign: boolean
}

/** The second half of the sentence that says so (aws-kms.md 4.6). */
function refusalOf(verdict: Extract<Verdict, { readonly allowed: false }>, { action, foreign }: Refusal): Refused {
  const kind = 'denied' in verdict ? verdict.denied.kind : verdict.missing
  if (foreign && kind === 'resource') return { allowed: false, because: hiddenBecause }
  if ('denied' in verdict) return { allowed: false, because: `with an explicit deny in ${denials[verdict.denied.kind]}` }
  return { allowed: false, because: `because ${absences[verdict.missing]} allows the ${action} action` }
}
