import { operatorOf, type Operator } from './operators.ts'
import type { WrittenCondition } from './syntax.ts'
import type { Follows, PolicyFacts } from './templates.ts'

/** Holds a condition of what is known of a request? */
export type Condition = (facts: PolicyFacts) => boolean

/** One operator on one key with its values; operators and keys of a statement must all hold. */
export function conditionOf({ operator: written, key: spelled, values }: WrittenCondition, variables: boolean): Condition {
  const operator = operatorOf(written)
  if (operator === undefined) throw new Error(`an operator that was never accepted: ${written}`)
  const key = spelled.toLowerCase()
  if (operator.name === 'Null') return existence(key, values)
  const tests = values.map(value => operator.row.test(value, variables))
  return facts => {
    const said = facts(key)
    const all = said === undefined ? [] : typeof said === 'string' ? [said] : said
    return all.length === 0 ? ofNothing(operator) : ofValues(all, { operator, tests, facts })
  }
}

/** `"true"`: the key must be absent. */
function existence(key: string, values: readonly string[]): Condition {
  const wanted = new Set(values.map(value => value.toLowerCase()))
  return facts => {
    const said = facts(key)
    const absent = said === undefined || (typeof said !== 'string' && said.length === 0)
    return wanted.has(String(absent))
  }
}

function ofNothing({ set, ifExists, row }: Operator): boolean {
  if (ifExists || set === 'all') return true
  return set === undefined && row.negated === true
}

interface Against {
  readonly operator: Operator
  readonly tests: readonly Follows[]
  readonly facts: PolicyFacts
}

function ofValues(said: readonly string[], { operator: { set, row }, tests, facts }: Against): boolean {
  const negated = row.negated === true
  const holds = (value: string): boolean => tests.some(test => test(value, facts) === true) !== negated
  const every = set === 'all' || (set === undefined && negated)
  return every ? said.every(holds) : said.some(holds)
}
