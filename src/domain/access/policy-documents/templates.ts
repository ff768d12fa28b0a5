import { matcherOf } from '#domain/access/wildcard-matcher.ts'
import { anyOne, anyRun, type Piece } from '#domain/access/wildcards.ts'
import type { OwnedFacts } from '#domain/access/permit.ts'

/** What is known of a request by the condition key in lower case. */
export type PolicyFacts = OwnedFacts

/** Does a text follow a policy's value, with what is known of the request? `undefined`: a variable in it is not known. */
export type Follows = (text: string, facts: PolicyFacts) => boolean | undefined

interface Variable {
  readonly key: string
  readonly fallback?: string
}
type Part = Piece | Variable

export interface Reading {
  /** `*` and `?` are wildcards: else they are themselves. */
  readonly wild: boolean
  /** Documents of 2008 have no variables: `${…}` is text there. */
  readonly variables: boolean
  readonly anyCase?: boolean
}

const variablePattern = /\$\{([^{}$]*|\$)\}/g
const namePattern = /^\s*([^\s':,]+:[^',]*)(?:,\s*'([^']*)'\s*)?$/

export const hasVariables = (text: string): boolean => text.includes('${')

const isVariable = (part: Part): part is Variable => typeof part === 'object'

function partsOf(text: string, { wild, variables }: Reading): readonly Part[] {
  const parts: Part[] = []
  const plain = (run: string): void => {
    for (const letter of run.split('')) parts.push(wild && letter === '*' ? anyRun : wild && letter === '?' ? anyOne : letter)
  }
  let from = 0
  if (variables)
    for (const { 0: whole, 1: inner = '', index } of text.matchAll(variablePattern)) {
      plain(text.slice(from, index))
      from = index + whole.length
      if (inner === '*' || inner === '?' || inner === '$') parts.push(inner)
      else parts.push(variableOf(inner))
    }
  plain(text.slice(from))
  return parts
}

/** A name without its service's prefix is never known. */
function variableOf(inner: string): Variable {
  const [, key, fallback] = namePattern.exec(inner) ?? []
  return { key: (key ?? '').trim().toLowerCase(), ...(fallback !== undefined && { fallback }) }
}

/** What a variable stands for; several values are none, for nobody could say which. */
function valueOf({ key, fallback }: Variable, facts: PolicyFacts): string | undefined {
  const said = key === '' ? undefined : facts(key)
  return typeof said === 'string' ? said : fallback
}

/** What the caller says stands for itself: a `*` in a user's name is no wildcard. */
function filled(parts: readonly Part[], facts: PolicyFacts): readonly Piece[] | undefined {
  const pieces: Piece[] = []
  for (const part of parts) {
    if (!isVariable(part)) {
      pieces.push(part)
      continue
    }
    const value = valueOf(part, facts)
    if (value === undefined) return undefined
    pieces.push(...value.split(''))
  }
  return pieces
}

const nothingKnown: PolicyFacts = () => undefined

type Fixed = (text: string) => boolean

const never: Fixed = () => false

function compiled(text: string, reading: Reading, matching: (pieces: readonly Piece[]) => Fixed): Follows {
  const parts = partsOf(text, reading)
  const lowered = reading.anyCase === true
  // Some letters are two in lower case.
  const low = (pieces: readonly Piece[]): readonly Piece[] =>
    lowered ? pieces.flatMap((piece): readonly Piece[] => (typeof piece === 'string' ? piece.toLowerCase().split('') : [piece])) : pieces
  const within = (said: string): string => (lowered ? said.toLowerCase() : said)
  const fixed = parts.some(isVariable) ? undefined : matching(low(filled(parts, nothingKnown) ?? []))
  if (fixed !== undefined) return said => fixed(within(said))
  return (said, facts) => {
    const pieces = filled(parts, facts)
    return pieces === undefined ? undefined : matching(low(pieces))(within(said))
  }
}

/** A value as the whole of a text. */
export const textPattern = (text: string, reading: Reading): Follows => compiled(text, reading, matcherOf)

/** A value as an ARN: its six parts are compared each for itself, and those left out at its end are anything. `*` alone is every text. */
export const arnPattern = (text: string, reading: Reading): Follows => compiled(text, reading, arnMatcher)

const arnParts = 6

function arnMatcher(pieces: readonly Piece[]): Fixed {
  if (pieces.length === 1 && pieces[0] === anyRun) return () => true
  const parts: Piece[][] = [[]]
  for (const piece of pieces) {
    if (piece === ':' && parts.length < arnParts) parts.push([])
    else parts.at(-1)?.push(piece)
  }
  // Neither an ARN nor the beginning of one.
  if (parts.length === 1) return never
  const matchers = parts.map(matcherOf)
  return text => {
    const said = splitArn(text)
    return said !== undefined && matchers.every((matches, at) => matches(said[at] ?? ''))
  }
}

function splitArn(text: string): readonly string[] | undefined {
  const parts = text.split(':')
  return parts.length < arnParts ? undefined : [...parts.slice(0, arnParts - 1), parts.slice(arnParts - 1).join(':')]
}

/** The value with its variables filled in; `undefined` where one of them is not known. */
export function filledText(text: string, variables: boolean): (facts: PolicyFacts) => string | undefined {
  const parts = partsOf(text, { wild: false, variables })
  if (!parts.some(isVariable)) return () => text
  return facts => filled(parts, facts)?.map(String).join('')
}
