import { filterProperty, type Entity, type FilterProperty } from './entity.ts'
import { unsupported } from './filter-words.ts'

/** Does a value meet a `$search`? */
export type Search<T> = (value: T) => boolean

/** `"property:text"`, joined by AND, OR and parentheses; inside the quotes a backslash stands before a quote and before itself. */
const pieces = /\s*(?:"(?<clause>(?:[^"\\]|\\.)*)"|(?<word>AND|OR|NOT)\b|(?<sign>[()]))/y
/** Split into words where others are searched by how they begin. */
const ofWords = new Set(['displayName', 'description'])
const nestingMax = 32

type Piece = { readonly clause: string } | { readonly word: string }

/** What clients search the directory with (OData 4.01 URL conventions 5.1.8, in Graph's own form). Raises `NotSupported` for what it does not have. */
export function parseSearch<T>(text: string, entity: Entity<T>): Search<T> {
  const left = [...piecesOf(text)]
  if (left.length === 0) throw badSearch()
  const whole = anyOf(left, entity, 0)
  if (left.length > 0) throw badSearch()
  return whole
}

const badSearch = () => unsupported('Syntax error: the value of $search is "property:text", in double quotes, joined by AND and OR.')

function* piecesOf(text: string): Generator<Piece> {
  const pattern = new RegExp(pieces)
  for (let at = 0; at < text.trimEnd().length; at = pattern.lastIndex) {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.groups
    if (found === undefined) throw badSearch()
    const { clause, word, sign } = found
    yield clause === undefined ? { word: word ?? sign ?? '' } : { clause: clause.replaceAll(/\\(.)/g, '$1') }
  }
}

const takes = (left: Piece[], wanted: string): boolean => {
  const [next] = left
  const met = next !== undefined && 'word' in next && next.word === wanted
  if (met) left.shift()
  return met
}

function anyOf<T>(left: Piece[], entity: Entity<T>, depth: number): Search<T> {
  if (depth > nestingMax) throw unsupported('The search is nested too deeply.')
  const some = [allOf(left, entity, depth)]
  while (takes(left, 'OR')) some.push(allOf(left, entity, depth))
  return value => some.some(meets => meets(value))
}

function allOf<T>(left: Piece[], entity: Entity<T>, depth: number): Search<T> {
  const every = [single(left, entity, depth)]
  while (takes(left, 'AND')) every.push(single(left, entity, depth))
  return value => every.every(meets => meets(value))
}

function single<T>(left: Piece[], entity: Entity<T>, depth: number): Search<T> {
  if (takes(left, '(')) {
    const inner = anyOf(left, entity, depth + 1)
    if (!takes(left, ')')) throw badSearch()
    return inner
  }
  const next = left.shift()
  if (next === undefined || !('clause' in next)) throw badSearch()
  const colon = next.clause.indexOf(':')
  const asked = colon <= 0 ? undefined : filterProperty(entity, next.clause.slice(0, colon))
  if (asked === undefined) throw unsupported(`Unsupported property in the clause '${next.clause.slice(0, 64)}' of $search.`)
  const wanted = next.clause.slice(colon + 1)
  if (wanted.trim() === '') throw badSearch()
  return ofWords.has(asked.name) ? byWords(asked, wanted) : byBeginning(asked, wanted.toLowerCase())
}

function byBeginning<T>(asked: FilterProperty<T>, wanted: string): Search<T> {
  return value => {
    const found = asked.of(value)
    const texts = typeof found === 'string' ? [found] : Array.isArray(found) ? found : []
    return texts.some((text: string) => text.toLowerCase().startsWith(wanted))
  }
}

/** Every word searched for begins one of the text's, in whatever order. */
function byWords<T>(asked: FilterProperty<T>, wanted: string): Search<T> {
  const words = plainWords(wanted)
  return value => {
    const found = asked.of(value)
    if (typeof found !== 'string') return false
    const there = wordsOf(found)
    return words.every(word => there.some(one => one.startsWith(word)))
  }
}

const plainWords = (text: string): readonly string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [text.toLowerCase()]

/** By space, sign, and where letters change their case or turn to digits: `OneVideo2` has `onevideo2`, `one`, `video` and `2`. */
const wordsOf = (text: string): readonly string[] => [
  ...plainWords(text),
  ...(text.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{N}+|\p{Lo}+/gu) ?? []).map(word => word.toLowerCase()),
]
