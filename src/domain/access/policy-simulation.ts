import type { ActingInAccount } from '#model/principal.ts'
import type { NamedDocument } from './account-entities.ts'
import type { Owned, OwnedFacts } from './permit.ts'
import type { CompiledPolicies } from './policy-documents/compile.ts'
import type { PolicyPurpose } from './policy-documents/syntax.ts'
import { decide, type AskedOfAccount } from './rule-books/account-decision.ts'

/** Policies as if they were somebody's. */
export interface SimulatedPolicies {
  readonly acting: ActingInAccount
  readonly identity: readonly NamedDocument[]
  readonly boundary?: NamedDocument
  /** Of every resource that is asked about. */
  readonly resource?: NamedDocument
  /** The account that the resources are in. */
  readonly account: string
  /** What the request would say, by the condition key in lower case. */
  readonly context: ReadonlyMap<string, readonly string[]>
}

/** A statement that bears on the answer, by the document and its place in it, from 1. */
export interface MatchedStatement {
  readonly document: NamedDocument
  readonly number: number
}

export interface Simulated {
  readonly decision: 'allowed' | 'explicitDeny' | 'implicitDeny'
  readonly matched: readonly MatchedStatement[]
  /** Condition keys that policies ask for and nobody gave. */
  readonly missing: readonly string[]
  /** Where there is one: does it allow the action? */
  readonly boundaryAllows?: boolean
}

/** The decision that a request would get, by the evaluator that decides of requests; nothing is asked for and nothing happens. */
export function simulate(
  compile: CompiledPolicies,
  policies: SimulatedPolicies,
  { action, resource }: { readonly action: string; readonly resource: string },
): Simulated {
  const missing = new Set<string>()
  const { acting, identity, boundary } = policies
  const owned = ownedAs(policies, { resource, facts: factsOf(policies, missing) })
  const asked: AskedOfAccount = { acting, action, owned, facts: owned.facts, across: true }
  const verdict = decide(asked, { identity, ...(boundary !== undefined && { boundary }) }, compile)
  const decision = verdict.allowed ? 'allowed' : 'denied' in verdict ? 'explicitDeny' : 'implicitDeny'
  const looked = { compile, asked }
  return {
    decision,
    matched: matchedBy(looked, policies, decision),
    missing: [...missing],
    ...(boundary !== undefined && {
      boundaryAllows: holding(looked, { document: boundary, purpose: 'boundary', effect: 'Allow' }).length > 0,
    }),
  }
}

const ownedAs = (
  { account, resource: document }: SimulatedPolicies,
  { resource, facts }: { readonly resource: string; readonly facts: OwnedFacts },
): Owned => ({
  account,
  arn: resource,
  kind: document === undefined ? 'account' : kindOf(resource),
  facts,
  ...(document !== undefined && { policy: document.text }),
})

interface Looked {
  readonly compile: CompiledPolicies
  readonly asked: AskedOfAccount
}

/** What allows where it is allowed, what denies where it is denied; nothing where nothing speaks of it. */
function matchedBy(looked: Looked, policies: SimulatedPolicies, decision: Simulated['decision']): readonly MatchedStatement[] {
  if (decision === 'implicitDeny') return []
  const { identity, resource, boundary } = policies
  const effect = decision === 'allowed' ? 'Allow' : 'Deny'
  const all: readonly (readonly [NamedDocument | undefined, PolicyPurpose])[] = [
    ...identity.map(document => [document, 'identity'] as const),
    [resource, purposes[looked.asked.owned.kind]],
    [effect === 'Deny' ? boundary : undefined, 'boundary'],
  ]
  return all.flatMap(([document, purpose]) => (document === undefined ? [] : holding(looked, { document, purpose, effect })))
}

const purposes: Readonly<Record<Owned['kind'], PolicyPurpose>> = { key: 'key', bucket: 'bucket', role: 'trust', account: 'bucket' }

const kindOf = (resource: string): Owned['kind'] =>
  resource.startsWith('arn:aws:kms:') ? 'key' : /^arn:aws:iam::\d{12}:role\//.test(resource) ? 'role' : 'bucket'

function holding(
  { compile, asked }: Looked,
  { document, purpose, effect }: { readonly document: NamedDocument; readonly purpose: PolicyPurpose; readonly effect: 'Allow' | 'Deny' },
): readonly MatchedStatement[] {
  const statements = compile(document.text, purpose)?.naming(asked.action) ?? []
  return statements
    .filter(one => one.effect === effect && one.holds(asked.owned.arn, asked.facts))
    .map(({ number }) => ({ document, number }))
}

/** Who asks is known; all else is what the caller gives, and what it does not give is noted. */
function factsOf({ acting, context, account }: SimulatedPolicies, missing: Set<string>): OwnedFacts {
  const known: Readonly<Record<string, string | undefined>> = {
    'aws:principalarn': acting.role?.arn ?? acting.arn,
    'aws:principalaccount': acting.accountId,
    'aws:userid': acting.userId === '' ? undefined : acting.userId,
    'aws:username': acting.kind === 'user' ? acting.name : undefined,
    'aws:resourceaccount': account,
  }
  return key => {
    const given = context.get(key)
    if (given !== undefined) return given.length === 1 ? given[0] : given
    const own = Object.hasOwn(known, key) ? known[key] : undefined
    if (own === undefined) missing.add(key)
    return own
  }
}
