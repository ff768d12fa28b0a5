import { Problem } from '#model/problem.ts'

/** A piece of a `$filter`: a name or an operator, a literal, or one sign. */
export type Token =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'literal'; readonly value: string | boolean | null }
  | { readonly kind: 'sign'; readonly text: string }

const pieces = /\s*(?:'(?<text>(?:[^']|'')*)'|(?<word>[A-Za-z_]\w*)|(?<sign>[(),:/]))/y
const words: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null }

export const unsupported = (message: string): Problem => new Problem({ code: 'NotSupported', details: { message } })
export const badClause = (): Problem => unsupported('Invalid filter clause.')

/** Raises `NotSupported` where the text is no sequence of pieces. */
export function tokensOf(text: string): readonly Token[] {
  const pattern = new RegExp(pieces)
  const tokens: Token[] = []
  for (let at = 0; at < text.trimEnd().length; at = pattern.lastIndex) {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.groups
    if (found === undefined) throw badClause()
    tokens.push(tokenOf(found))
  }
  return tokens
}

function tokenOf({ text, word, sign }: Readonly<Record<string, string | undefined>>): Token {
  // Two quotes inside a text are one (OData 4.01, ABNF SQUOTE-in-string).
  if (text !== undefined) return { kind: 'literal', value: text.replaceAll("''", "'") }
  if (word === undefined) return { kind: 'sign', text: sign ?? '' }
  const value = Object.hasOwn(words, word.toLowerCase()) ? words[word.toLowerCase()] : undefined
  return value === undefined ? { kind: 'word', text: word } : { kind: 'literal', value }
}

/** Goes over the pieces once, from the front. */
export interface Reader {
  /** Takes the next piece if it is this word or sign. */
  takes(text: string): boolean
  /** Raises `NotSupported` where it is not there. */
  needs(text: string): void
  name(): string
  literal(): string | boolean | null
  text(): string
  readonly done: boolean
}

export function readerOf(tokens: readonly Token[]): Reader {
  let at = 0
  const next = (): Token => tokens[at++] ?? refuse()
  const takes = (text: string): boolean => {
    const token = tokens[at]
    const met = token !== undefined && token.kind !== 'literal' && token.text.toLowerCase() === text
    if (met) at += 1
    return met
  }
  const literal = (): string | boolean | null => {
    const token = next()
    return token.kind === 'literal' ? token.value : refuse()
  }
  return {
    takes,
    needs: text => void (takes(text) || refuse()),
    name() {
      const token = next()
      return token.kind === 'word' ? token.text : refuse()
    },
    literal,
    text() {
      const value = literal()
      return typeof value === 'string' ? value : refuse()
    },
    get done() {
      return at >= tokens.length
    },
  }
}

function refuse(): never {
  throw badClause()
}
