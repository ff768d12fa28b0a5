import { anyOne, anyRun, follows } from '#domain/access/wildcards.ts'
import type { Literal } from './syntax.ts'

/** How two single values compare; `undefined` where one of them is not of the operator's type. */
export type Compare = (left: Literal, right: Literal) => boolean | undefined

const strings =
  (compare: (left: string, right: string) => boolean, fold = (text: string) => text): Compare =>
  (left, right) =>
    typeof left === 'string' && typeof right === 'string' ? compare(fold(left), fold(right)) : undefined

const numbers =
  (compare: (left: number, right: number) => boolean): Compare =>
  (left, right) =>
    typeof left === 'number' && typeof right === 'number' ? compare(left, right) : undefined

const opposite =
  (compare: Compare): Compare =>
  (left, right) => {
    const same = compare(left, right)
    return same === undefined ? undefined : !same
  }

/** `*` any run of characters, `?` one; a backslash in front takes either as it is. */
function like(text: string, pattern: string): boolean {
  const parts: readonly string[] = pattern.match(/\\[*?]|[\s\S]/g) ?? []
  return follows(
    text,
    parts.map(part => (part === '*' ? anyRun : part === '?' ? anyOne : (part.at(-1) ?? ''))),
  )
}

const guidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const guids: Compare = (left, right) => {
  const [one, other] = [String(left).toLowerCase(), String(right).toLowerCase()]
  return guidPattern.test(one) && guidPattern.test(other) ? one === other : undefined
}

const booleans: Compare = (left, right) => (typeof left === 'boolean' && typeof right === 'boolean' ? left === right : undefined)

/** RFC 3339 with its offset: a time without one is no moment. */
const momentPattern = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d\d:\d\d)$/
function momentOf(value: Literal): Temporal.Instant | undefined {
  if (typeof value !== 'string' || !momentPattern.test(value)) return undefined
  try {
    return Temporal.Instant.from(value)
  } catch {
    return undefined
  }
}
const moments =
  (compare: (order: number) => boolean): Compare =>
  (left, right) => {
    const [one, other] = [momentOf(left), momentOf(right)]
    return one === undefined || other === undefined ? undefined : compare(Temporal.Instant.compare(one, other))
  }

const texts: Readonly<Record<string, (left: string, right: string) => boolean>> = {
  Equals: (left, right) => left === right,
  StartsWith: (left, right) => left.startsWith(right),
  EndsWith: (left, right) => left.endsWith(right),
  Contains: (left, right) => left.includes(right),
  Like: like,
}

/** String, its negation, and both without case. */
const stringRows = Object.entries(texts).flatMap(([name, compare]) => {
  const exact = strings(compare)
  const folded = strings(compare, text => text.toLowerCase())
  return [
    [`String${name}`, exact],
    [`StringNot${name}`, opposite(exact)],
    [`String${name}IgnoreCase`, folded],
    [`StringNot${name}IgnoreCase`, opposite(folded)],
  ] as const
})

const orderRows = [
  ['Equals', (order: number) => order === 0],
  ['NotEquals', (order: number) => order !== 0],
  ['LessThan', (order: number) => order < 0],
  ['LessThanEquals', (order: number) => order <= 0],
  ['GreaterThan', (order: number) => order > 0],
  ['GreaterThanEquals', (order: number) => order >= 0],
] as const

/** Every comparison of conditions, by its name in lower case (identity-and-arm.md 3.4; of Key Vault also EndsWith and Contains). */
export const operators: ReadonlyMap<string, Compare> = new Map(
  [
    ...stringRows,
    ...orderRows.map(([name, holds]) => [`Numeric${name}`, numbers((left, right) => holds(left - right))] as const),
    ...orderRows.map(([name, holds]) => [`DateTime${name}`, moments(holds)] as const),
    ['GuidEquals', guids] as const,
    ['GuidNotEquals', opposite(guids)] as const,
    ['BoolEquals', booleans] as const,
    ['BoolNotEquals', opposite(booleans)] as const,
  ].map(([name, compare]) => [name.toLowerCase(), compare]),
)
