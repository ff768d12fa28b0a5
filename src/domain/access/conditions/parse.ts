import { operators } from './operators.ts'
import { ConditionError, type Expression, type Literal, type Operand, type Quantifier } from './syntax.ts'
import { tokensOf, type Token } from './tokens.ts'

/** Deeper than any condition that is written by hand; the parser descends once a level. */
const depthMax = 64

/** Parses version 2.0. Raises `ConditionError`: an expression that is not understood would give more, or less, than was meant. */
export function parseCondition(condition: string): Expression {
  const reader = readerOf(tokensOf(condition))
  const whole = expression(reader, 0)
  if (reader.peek() !== undefined) throw new ConditionError('Something stands behind the end of the condition.')
  return whole
}

interface Reader {
  peek(): Token | undefined
  next(): Token
  /** Takes the sign, or the word in any case, if it stands there. */
  takes(text: string): boolean
  expect(text: string): void
}

function readerOf(tokens: readonly Token[]): Reader {
  let at = 0
  const spelled = (token: Token | undefined): string | undefined =>
    token?.kind === 'sign' ? token.sign : token?.kind === 'word' ? token.word.toUpperCase() : undefined
  const reader: Reader = {
    peek: () => tokens[at],
    next() {
      const token = tokens[at]
      if (token === undefined) throw new ConditionError('The condition ends too early.')
      at += 1
      return token
    },
    takes(text) {
      if (spelled(tokens[at]) !== text.toUpperCase()) return false
      at += 1
      return true
    },
    expect(text) {
      if (!reader.takes(text)) throw new ConditionError(`The condition lacks ${text} at its token ${at + 1}.`)
    },
  }
  return reader
}

/** One kind of connective a level: where both stand, parentheses must say which comes first. */
function expression(reader: Reader, depth: number): Expression {
  if (depth > depthMax) throw new ConditionError(`A condition has at most ${depthMax} levels.`)
  const first = negation(reader, depth)
  const parts = [first]
  let joined: 'and' | 'or' | undefined
  for (;;) {
    const how = connective(reader)
    if (how === undefined) return joined === undefined ? first : { kind: joined, parts }
    if (joined !== undefined && joined !== how) throw new ConditionError('AND and OR beside each other need parentheses.')
    joined = how
    parts.push(negation(reader, depth))
  }
}

function connective(reader: Reader): 'and' | 'or' | undefined {
  if (reader.takes('AND') || reader.takes('&&')) return 'and'
  return reader.takes('OR') || reader.takes('||') ? 'or' : undefined
}

function negation(reader: Reader, depth: number): Expression {
  if (depth > depthMax) throw new ConditionError(`A condition has at most ${depthMax} levels.`)
  if (reader.takes('NOT') || reader.takes('!')) return { kind: 'not', of: negation(reader, depth + 1) }
  if (reader.takes('(')) {
    const inner = expression(reader, depth + 1)
    reader.expect(')')
    return inner
  }
  if (reader.takes('ActionMatches')) return { kind: 'action', pattern: braced(reader) }
  if (reader.takes('SubOperationMatches')) return { kind: 'subOperation', name: braced(reader) }
  if (reader.takes('Exists')) {
    const token = reader.next()
    if (token.kind !== 'attribute') throw new ConditionError('Exists asks for an attribute.')
    return { kind: 'exists', attribute: token.attribute }
  }
  return comparison(reader)
}

function braced(reader: Reader): string {
  reader.expect('{')
  const token = reader.next()
  if (token.kind !== 'text') throw new ConditionError('A text in quotes is to stand in the braces.')
  reader.expect('}')
  return token.text
}

const quantifiers: Readonly<Record<string, Quantifier>> = {
  foranyofanyvalues: { left: 'any', right: 'any' },
  forallofanyvalues: { left: 'all', right: 'any' },
  foranyofallvalues: { left: 'any', right: 'all' },
  forallofallvalues: { left: 'all', right: 'all' },
}

function comparison(reader: Reader): Expression {
  const left = operand(reader)
  const token = reader.next()
  if (token.kind !== 'word') throw new ConditionError('An operator is to stand between two values.')
  const [front = '', behind] = token.word.toLowerCase().split(':')
  const quantifier = behind === undefined ? undefined : quantifiers[front]
  const operator = behind ?? front
  if (!operators.has(operator) || (behind !== undefined && quantifier === undefined))
    throw new ConditionError('No operator of conditions has the name that stands there.')
  const right = operand(reader)
  const compared = { kind: 'comparison', operator, quantifier, left, right } as const
  refuseUnfit(compared)
  return compared
}

function operand(reader: Reader): Operand {
  if (reader.peek()?.kind === 'attribute') {
    const token = reader.next()
    if (token.kind === 'attribute') return { kind: 'attribute', attribute: token.attribute }
  }
  if (!reader.takes('{')) return { kind: 'one', value: literal(reader) }
  const values = [literal(reader)]
  while (reader.takes(',')) values.push(literal(reader))
  reader.expect('}')
  return { kind: 'set', values }
}

function literal(reader: Reader): Literal {
  const token = reader.next()
  if (token.kind === 'text') return token.text
  if (token.kind === 'number') return token.number
  const word = token.kind === 'word' ? token.word.toLowerCase() : ''
  if (word === 'true' || word === 'false') return word === 'true'
  throw new ConditionError('A value is to stand on both sides of an operator.')
}

/** Types and sets that could never be judged are refused where they are written. */
function refuseUnfit({ operator, quantifier, left, right }: Extract<Expression, { kind: 'comparison' }>): void {
  const compare = operators.get(operator)
  for (const side of [left, right]) {
    if (side.kind === 'set' && quantifier === undefined) throw new ConditionError('A set needs an operator with For…Values in front of it.')
    const values = side.kind === 'set' ? side.values : side.kind === 'one' ? [side.value] : []
    for (const value of values)
      if (compare?.(value, value) === undefined) throw new ConditionError('A value is not of the type that its operator compares.')
  }
}
