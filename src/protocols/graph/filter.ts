import { filterProperty, type Entity, type Filterable, type FilterProperty } from './entity.ts'
import { badClause, readerOf, tokensOf, unsupported, type Reader } from './filter-words.ts'

export interface Filter<T> {
  matches(value: T): boolean
  /** What every match has as this property: for an index. */
  equal(property: string): string | undefined
}

interface Clause<T> {
  matches(value: T): boolean
  /** Properties that must be equal to a text, by name. */
  readonly equals: ReadonlyMap<string, string>
}

interface Parsing<T> {
  readonly reader: Reader
  readonly entity: Entity<T>
  /** `ConsistencyLevel: eventual` with `$count=true`: what Graph answers from its index alone. */
  readonly advanced: boolean
}

/** Far more than any client joins, and no stack's depth. */
const nestingMax = 32
const fold = (text: string): string => text.toLowerCase()
const nothing: ReadonlyMap<string, string> = new Map()
const clause = <T>(matches: (value: T) => boolean): Clause<T> => ({ matches, equals: nothing })

/**
 * The `$filter`s that clients send (identity-and-arm.md 3.5): `eq`, `in`, `startswith`, `any`, joined by `and`, `or` and parentheses;
 * `ne`, `not`, `endswith` where the request is an advanced query. Case does not count. Raises `NotSupported` for every other, and for a
 * property that is not declared as filterable: a clause is never left out.
 */
export function parseFilter<T>(text: string | undefined, entity: Entity<T>, advanced = false): Filter<T> {
  if (text === undefined) return { matches: () => true, equal: () => undefined }
  const parsing = { reader: readerOf(tokensOf(text)), entity, advanced }
  const whole = alternatives(parsing, 0)
  if (!parsing.reader.done) throw badClause()
  return { matches: value => whole.matches(value), equal: property => whole.equals.get(property) }
}

function alternatives<T>(parsing: Parsing<T>, depth: number): Clause<T> {
  if (depth > nestingMax) throw unsupported('The filter is nested too deeply.')
  const clauses = [conjunction(parsing, depth)]
  while (parsing.reader.takes('or')) clauses.push(conjunction(parsing, depth))
  const [only] = clauses
  return only !== undefined && clauses.length === 1 ? only : clause(value => clauses.some(one => one.matches(value)))
}

function conjunction<T>(parsing: Parsing<T>, depth: number): Clause<T> {
  const clauses = [single(parsing, depth)]
  while (parsing.reader.takes('and')) clauses.push(single(parsing, depth))
  return {
    matches: value => clauses.every(one => one.matches(value)),
    equals: new Map(clauses.flatMap(one => one.equals.entries().toArray())),
  }
}

function single<T>(parsing: Parsing<T>, depth: number): Clause<T> {
  const { reader } = parsing
  if (reader.takes('not')) {
    needsAdvanced(parsing, 'not')
    const inner = single(parsing, depth + 1)
    return clause(value => !inner.matches(value))
  }
  if (reader.takes('(')) {
    const inner = alternatives(parsing, depth + 1)
    reader.needs(')')
    return inner
  }
  if (reader.takes('startswith')) return affix(parsing, (text, part) => text.startsWith(part))
  if (reader.takes('endswith')) {
    needsAdvanced(parsing, 'endswith')
    return affix(parsing, (text, part) => text.endsWith(part))
  }
  return comparison(parsing)
}

function needsAdvanced({ advanced }: Parsing<never>, operator: string): void {
  if (!advanced)
    throw unsupported(`The operator '${operator}' needs the query parameter $count=true and the header ConsistencyLevel: eventual.`)
}

function affix<T>(parsing: Parsing<T>, meets: (text: string, part: string) => boolean): Clause<T> {
  const { reader } = parsing
  reader.needs('(')
  const asked = propertyNamed(parsing)
  reader.needs(',')
  const part = fold(reader.text())
  reader.needs(')')
  return clause(value => {
    const found = asked.of(value)
    return typeof found === 'string' && meets(fold(found), part)
  })
}

function comparison<T>(parsing: Parsing<T>): Clause<T> {
  const { reader } = parsing
  const asked = propertyNamed(parsing)
  if (reader.takes('/')) return anyOf(parsing, asked)
  if (reader.takes('eq')) {
    const wanted = reader.literal()
    return {
      matches: value => equal(asked.of(value), wanted),
      equals: typeof wanted === 'string' ? new Map([[asked.name, wanted]]) : nothing,
    }
  }
  if (reader.takes('in')) {
    const wanted = listOf(reader)
    return clause(value => wanted.some(one => equal(asked.of(value), one)))
  }
  if (!reader.takes('ne')) throw badClause()
  needsAdvanced(parsing, 'ne')
  const unwanted = reader.literal()
  return clause(value => !equal(asked.of(value), unwanted))
}

function listOf(reader: Reader): readonly string[] {
  reader.needs('(')
  const texts = [reader.text()]
  while (reader.takes(',')) texts.push(reader.text())
  reader.needs(')')
  return texts
}

/** `…/any(x:x eq 'text')`: the variable stands for a member of the collection, and nothing else may. */
function anyOf<T>({ reader }: Parsing<T>, asked: FilterProperty<T>): Clause<T> {
  reader.needs('any')
  reader.needs('(')
  const variable = fold(reader.name())
  reader.needs(':')
  const starts = reader.takes('startswith')
  if (starts) reader.needs('(')
  reader.needs(variable)
  reader.needs(starts ? ',' : 'eq')
  const wanted = fold(reader.text())
  if (starts) reader.needs(')')
  reader.needs(')')
  return clause(value => {
    const found = asked.of(value)
    return Array.isArray(found) && found.some((one: string) => (starts ? fold(one).startsWith(wanted) : fold(one) === wanted))
  })
}

const equal = (found: Filterable, wanted: string | boolean | null): boolean =>
  typeof found === 'string' && typeof wanted === 'string' ? fold(found) === fold(wanted) : found === wanted

function propertyNamed<T>({ reader, entity }: Parsing<T>): FilterProperty<T> {
  const name = reader.name()
  const found = filterProperty(entity, name)
  if (found === undefined) throw unsupported(`Unsupported or invalid query filter clause specified for property '${name.slice(0, 64)}'.`)
  return found
}
