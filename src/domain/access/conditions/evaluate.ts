import { actionPattern } from '#domain/access/role-definition.ts'
import { operators, type Compare } from './operators.ts'
import type { Attribute, Expression, Literal, Operand, Quantifier } from './syntax.ts'

/** `undefined`: it cannot be judged. Negating it changes nothing, and what is not true gives nothing. */
export type Truth = boolean | undefined

/** What is known of a request. */
export type FactValue =
  | Literal
  | readonly Literal[]
  /** A name that means the same thing in any case, as the caller spelled it: what depends on its case cannot be judged. */
  | { readonly anyCase: string }
export type Facts = (attribute: Attribute) => FactValue | undefined

export interface Judged {
  readonly action: string
  readonly facts: Facts
}

export type Condition = (judged: Judged) => Truth

/** Made once a condition, asked once a decision. */
export function conditionOf(expression: Expression): Condition {
  if (expression.kind === 'comparison') return comparing(expression)
  if (expression.kind === 'and' || expression.kind === 'or') return joining(expression)
  if (expression.kind === 'not') {
    const of = conditionOf(expression.of)
    return judged => not(of(judged))
  }
  if (expression.kind === 'action') {
    const pattern = actionPattern(expression.pattern)
    return ({ action }) => pattern.test(action)
  }
  // No action here has operations below it.
  if (expression.kind === 'subOperation') return () => false
  return ({ facts }) => facts(expression.attribute) !== undefined
}

function joining({ kind, parts }: Extract<Expression, { parts: unknown }>): Condition {
  const conditions = parts.map(conditionOf)
  const join = kind === 'and' ? all : any
  return judged => join(conditions, condition => condition(judged))
}

/** Kleene's three values: false wins in AND, true in OR, over what is not known. */
function all<T>(parts: readonly T[], judge: (part: T) => Truth): Truth {
  const truths = new Set(parts.map(judge))
  return truths.has(false) ? false : truths.has(undefined) ? undefined : true
}
function any<T>(parts: readonly T[], judge: (part: T) => Truth): Truth {
  const truths = new Set(parts.map(judge))
  return truths.has(true) ? true : truths.has(undefined) ? undefined : false
}
const not = (truth: Truth): Truth => (truth === undefined ? undefined : !truth)

function comparing({ operator, quantifier, left, right }: Extract<Expression, { kind: 'comparison' }>): Condition {
  const compare = operators.get(operator)
  return ({ facts }) => {
    const sides = [valuesOf(left, facts), valuesOf(right, facts)] as const
    const [one, other] = sides
    if (compare === undefined || one === undefined || other === undefined) return undefined
    const exact = compared({ compare, quantifier, one: one.values, other: other.values })
    if (!one.anyCase && !other.anyCase) return exact
    const folded = compared({ compare, quantifier, one: one.values.map(fold), other: other.values.map(fold) })
    return exact === folded ? exact : undefined
  }
}

const fold = (value: Literal): Literal => (typeof value === 'string' ? value.toLowerCase() : value)

interface Sides {
  readonly compare: Compare
  readonly quantifier: Quantifier | undefined
  readonly one: readonly Literal[]
  readonly other: readonly Literal[]
}

function compared({ compare, quantifier, one, other }: Sides): Truth {
  if (quantifier === undefined) {
    const [left, right] = [one[0], other[0]]
    return one.length === 1 && other.length === 1 && left !== undefined && right !== undefined ? compare(left, right) : undefined
  }
  // Of nothing everything would hold: that gives nobody anything.
  if (one.length === 0 || other.length === 0) return undefined
  const inner = quantifier.right === 'any' ? any : all
  const outer = quantifier.left === 'any' ? any : all
  return outer(one, left => inner(other, right => compare(left, right)))
}

function valuesOf(operand: Operand, facts: Facts): { readonly values: readonly Literal[]; readonly anyCase: boolean } | undefined {
  if (operand.kind === 'one') return { values: [operand.value], anyCase: false }
  if (operand.kind === 'set') return { values: operand.values, anyCase: false }
  const fact = facts(operand.attribute)
  if (fact === undefined) return undefined
  if (isList(fact)) return { values: fact, anyCase: false }
  return typeof fact === 'object' ? { values: [fact.anyCase], anyCase: true } : { values: [fact], anyCase: false }
}

const isList = (fact: FactValue): fact is readonly Literal[] => Array.isArray(fact)
