import { Problem } from '#model/problem.ts'
import { lookUp } from '#model/names.ts'

/** Members that can be filtered by, and what they are of a value. */
export type Members<T> = Readonly<Record<string, (value: T) => string | boolean | readonly string[]>>

export interface Filter<T> {
  matches(value: T): boolean
  /** What the filter asks a member to be, where it does so by `eq`: for an index. */
  equal(member: string): string | undefined
}

interface Term<T> {
  readonly member: string
  readonly equal: string | undefined
  matches(value: T): boolean
}

const literal = String.raw`'((?:[^']|'')*)'`
const shapes = {
  equal: new RegExp(String.raw`^(\w+) +eq +(?:${literal}|(true|false))`, 'i'),
  startsWith: new RegExp(String.raw`^startswith\( *(\w+) *, *${literal} *\)`, 'i'),
  any: new RegExp(String.raw`^(\w+)/any\( *(\w+) *: *\2 +eq +${literal} *\)`, 'i'),
}

const unsupported = (message: string): Problem => new Problem({ code: 'NotSupported', details: { message } })
const unquoted = (text: string): string => text.replaceAll("''", "'")
const fold = (text: string): string => text.toLowerCase()

/** The `$filter`s that clients send (identity-and-arm.md 3.5): `eq`, `startswith`, `any`, joined by `and`. Raises `NotSupported` for every other. */
export function parseFilter<T>(text: string | undefined, members: Members<T>): Filter<T> {
  const terms = text === undefined ? [] : termsOf(text, members)
  return {
    matches: value => terms.every(term => term.matches(value)),
    equal: member => terms.find(term => fold(term.member) === fold(member))?.equal,
  }
}

function termsOf<T>(text: string, members: Members<T>): readonly Term<T>[] {
  const terms: Term<T>[] = []
  for (let rest = text.trim(); ;) {
    const [term, length] = termAt(rest, members)
    terms.push(term)
    rest = rest.slice(length)
    if (rest.trim() === '') return terms
    const joined = /^ +and +/i.exec(rest)
    if (joined === null) throw unsupported('Invalid or unsupported filter clause.')
    rest = rest.slice(joined[0].length)
  }
}

function termAt<T>(rest: string, members: Members<T>): readonly [term: Term<T>, length: number] {
  const equal = shapes.equal.exec(rest)
  if (equal !== null) return [equalTerm(equal, members), equal[0].length]
  const starts = shapes.startsWith.exec(rest)
  if (starts !== null) {
    const [whole, member = '', prefix = ''] = starts
    const read = memberOf(members, member)
    const matches = (value: T): boolean => textsOf(read(value)).some(one => fold(one).startsWith(fold(unquoted(prefix))))
    return [{ member, equal: undefined, matches }, whole.length]
  }
  const any = shapes.any.exec(rest)
  if (any === null) throw unsupported('Invalid or unsupported filter clause.')
  const [whole, member = '', , wanted = ''] = any
  const read = memberOf(members, member)
  return [
    { member, equal: undefined, matches: value => textsOf(read(value)).some(one => fold(one) === fold(unquoted(wanted))) },
    whole.length,
  ]
}

function equalTerm<T>([, member = '', quoted, word]: RegExpExecArray, members: Members<T>): Term<T> {
  const read = memberOf(members, member)
  if (word !== undefined) return { member, equal: undefined, matches: value => read(value) === (fold(word) === 'true') }
  const wanted = unquoted(quoted ?? '')
  const matches = (value: T): boolean => {
    const found = read(value)
    return typeof found === 'string' && fold(found) === fold(wanted)
  }
  return { member, equal: wanted, matches }
}

const textsOf = (found: string | boolean | readonly string[]): readonly string[] =>
  typeof found === 'string' ? [found] : typeof found === 'boolean' ? [] : found

function memberOf<T>(members: Members<T>, name: string): Members<T>[string] {
  const known = Object.keys(members).find(member => fold(member) === fold(name))
  const read = known === undefined ? undefined : lookUp(members, known)
  if (read === undefined) throw unsupported(`Unsupported or invalid query filter clause specified for property '${name}'.`)
  return read
}
