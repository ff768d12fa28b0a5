import { filterProperty, type Entity, type Filterable } from './entity.ts'
import { unsupported } from './filter-words.ts'

/** What a list is made of: values in the order of their making. */
export interface Listed<T> {
  readonly ord: number
  readonly value: T
}

/** A `$orderby`: where a value stands in it, and which of two places comes first. */
export interface Order<T> {
  keyOf(value: T): string
  compare(one: Place, other: Place): number
}

/** By the property first; of equals whichever was made first. */
export interface Place {
  readonly key: string
  readonly ord: number
}

/** One property, up or down; case does not count, and nothing stands before everything. Raises `NotSupported`. */
export function parseOrder<T>(text: string, entity: Entity<T>): Order<T> {
  const [, name = '', direction = 'asc'] = /^\s*(\w+)(?:\s+(asc|desc))?\s*$/i.exec(text) ?? []
  const asked = filterProperty(entity, name)
  if (asked === undefined) throw unsupported('Sorting by this $orderby is not supported: one property of text, and asc or desc.')
  const turned = direction.toLowerCase() === 'desc' ? -1 : 1
  return {
    keyOf: value => keyOf(asked.of(value)),
    compare: (one, other) => turned * (one.key < other.key ? -1 : one.key > other.key ? 1 : 0) || one.ord - other.ord,
  }
}

const keyOf = (found: Filterable): string => (found === null || Array.isArray(found) ? '' : String(found).toLowerCase())

/** In that order, each with its place. */
export const ordered = <T>(found: readonly Listed<T>[], order: Order<T>): readonly (Listed<T> & Place)[] =>
  found.map(({ ord, value }) => ({ ord, value, key: order.keyOf(value) })).sort((one, other) => order.compare(one, other))
