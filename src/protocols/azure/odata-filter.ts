import { Problem } from '#model/problem.ts'

/** One term of a `$filter`: `name eq 'value'`, `word()` or `word('argument')`. */
export type FilterTerm =
  | { readonly name: string; readonly equals: string }
  | { readonly word: string; readonly argument: string | undefined }

const newTermPattern = (): RegExp =>
  /\s*(?:(?<name>[A-Za-z][\w/]*)\s+eq\s+(?:'(?<text>(?:[^']|'')*)'|(?<bare>[\w-]+))|(?<word>[A-Za-z]\w*)\(\s*(?:'(?<argument>(?:[^']|'')*)'\s*)?\))\s*(?:and\s+|$)/iy

const termOf = ({ name, text, bare, word, argument }: Readonly<Record<string, string | undefined>>): FilterTerm =>
  name === undefined
    ? { word: (word ?? '').toLowerCase(), argument: argument === undefined ? undefined : unquoted(argument) }
    : { name: name.toLowerCase(), equals: unquoted(text ?? bare ?? '') }

const unquoted = (text: string): string => text.replaceAll("''", "'")

/** Terms joined by `and`, the part of OData that ARM's lists know; names in lower case. Raises `InvalidParameter`. */
export function parseFilter(filter: string | undefined): readonly FilterTerm[] {
  const text = filter?.trimEnd() ?? ''
  const terms: FilterTerm[] = []
  const termPattern = newTermPattern()
  let at = 0
  while (at < text.length) {
    termPattern.lastIndex = at
    terms.push(termOf(termPattern.exec(text)?.groups ?? refuseTerm()))
    at = termPattern.lastIndex
  }
  return terms
}

/** Raises `InvalidParameter`: a term that is not understood must not widen what comes back. */
export function refuseTerm(): never {
  throw new Problem({
    code: 'InvalidParameter',
    details: { name: '$filter', message: 'The $filter of the request is not supported here.' },
  })
}
