import { conditionOf } from './conditions.ts'
import { parsePolicy } from './parse.ts'
import type { Listed, PolicyDocument, PolicyPurpose, Principals, Statement } from './syntax.ts'
import { arnPattern, textPattern, type PolicyFacts } from './templates.ts'

/** A statement as decisions use it. */
export interface CompiledStatement {
  readonly sid?: string
  /** Of its place in the document, from 1. */
  readonly number: number
  readonly effect: 'Allow' | 'Deny'
  readonly principals?: Principals
  /** Of its resources and conditions; who asks and for which action is asked elsewhere. */
  holds(arn: string, facts: PolicyFacts): boolean
}

export interface CompiledPolicy {
  /** Statements that name an action, in their order: kept, for the actions are few. */
  naming(action: string): readonly CompiledStatement[]
}

const noFacts: PolicyFacts = () => undefined

export function compilePolicy(document: PolicyDocument, purpose: PolicyPurpose): CompiledPolicy {
  const statements = document.statements.map((one, at) => ({
    ...statementOf(one, { number: at + 1, purpose, variables: document.version === '2012-10-17' }),
    names: actionsOf(one.actions),
  }))
  const known = new Map<string, readonly CompiledStatement[]>()
  return {
    naming(action) {
      // Simulations name actions that nobody has.
      if (known.size >= actionsMax) known.clear()
      return known.getOrInsertComputed(action.toLowerCase(), wanted => statements.filter(({ names }) => names(wanted)))
    },
  }
}

/** Of one document: more than there are. */
const actionsMax = 1_000

function actionsOf(actions: Listed | undefined): (action: string) => boolean {
  if (actions === undefined) return () => false
  const tests = actions.values.map(value => textPattern(value, { wild: true, variables: false, anyCase: true }))
  return action => tests.some(test => test(action, noFacts) === true) !== actions.not
}

interface Place {
  readonly number: number
  readonly purpose: PolicyPurpose
  readonly variables: boolean
}

function statementOf(one: Statement, { number, purpose, variables }: Place): CompiledStatement {
  const onIt = resourcesOf(one.resources, { purpose, variables })
  const conditions = one.conditions.map(condition => conditionOf(condition, variables))
  return {
    ...(one.sid !== undefined && one.sid !== '' && { sid: one.sid }),
    number,
    effect: one.effect,
    ...(one.principals !== undefined && { principals: one.principals }),
    holds: (arn, facts) => onIt(arn, facts) && conditions.every(condition => condition(facts)),
  }
}

/** A trust policy speaks of its role and names no resource; any other statement without one speaks of nothing. */
function resourcesOf(resources: Listed | undefined, { purpose, variables }: Omit<Place, 'number'>): CompiledStatement['holds'] {
  if (resources === undefined) return () => purpose === 'trust'
  const tests = resources.values.map(value => arnPattern(value, { wild: true, variables }))
  return (arn, facts) => {
    const found = tests.map(test => test(arn, facts))
    // All but what nobody knows is not everything.
    if (resources.not) return found.every(one => one === false)
    return found.includes(true)
  }
}

/** `undefined`: the text is no policy of that purpose, and whoever asks must refuse. */
export type CompiledPolicies = (text: string, purpose: PolicyPurpose) => CompiledPolicy | undefined

/** Keeps what was compiled, by the text, up to so many characters of it; the oldest goes first. */
export function compiledPolicies(charactersMax: number): CompiledPolicies {
  const known = new Map<string, Map<PolicyPurpose, CompiledPolicy | undefined>>()
  let kept = 0
  function compiled(text: string, purpose: PolicyPurpose): CompiledPolicy | undefined {
    try {
      return compilePolicy(parsePolicy(text, purpose), purpose)
    } catch {
      return undefined
    }
  }
  function make(text: string): Map<PolicyPurpose, CompiledPolicy | undefined> {
    kept += text.length
    for (const oldest of known.keys()) {
      if (kept <= charactersMax) break
      known.delete(oldest)
      kept -= oldest.length
    }
    return new Map()
  }
  return (text, purpose) => {
    const own = known.get(text) ?? make(text)
    known.set(text, own)
    if (!own.has(purpose)) own.set(purpose, compiled(text, purpose))
    return own.get(purpose)
  }
}
