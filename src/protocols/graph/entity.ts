import { Problem } from '#model/problem.ts'
import { lookUp } from '#model/names.ts'

/** What a property can be that filters may ask about. */
export type Filterable = string | boolean | null | readonly string[]

interface Shown<T> {
  readonly filter?: undefined
  of(value: T): unknown
}
interface Asked<T> {
  readonly filter: true
  of(value: T): Filterable
}
export type Property<T> = Shown<T> | Asked<T>

/** A noun of Graph: the one place that says what is shown of it, selected from it, and filtered by. */
export interface Entity<T> {
  /** `group`: `@odata.type` is `#microsoft.graph.group`. */
  readonly type: string
  /** Its collection in paths and contexts: `groups`. */
  readonly set: string
  readonly properties: Readonly<Record<string, Property<T>>>
  /** Properties of Graph's that nothing here ever has a value for: who selects one is shown null. */
  readonly empty?: readonly string[]
  /** Properties that say more where one object alone is asked for, and for them by name. */
  readonly alone?: Readonly<Record<string, (value: T) => unknown>>
  /** Where the objects of one list are of several nouns. */
  show?(value: T, names?: readonly string[]): Readonly<Record<string, unknown>>
}

export const property = <T>(of: (value: T) => unknown): Property<T> => ({ of })
/** Shown, and a `$filter` may ask for it. */
export const filterable = <T>(of: (value: T) => Filterable): Property<T> => ({ of, filter: true })

const fold = (text: string): string => text.toLowerCase()
const spelling = (names: readonly string[], name: string): string | undefined => names.find(one => fold(one) === fold(name))

/** The names of a `$select` in Graph's spelling; `undefined` for all. Raises `InvalidParameter` for what is no property of the noun. */
export function selected<T>(entity: Entity<T>, text: string | undefined): readonly string[] | undefined {
  const wanted = text?.split(',').map(name => name.trim()) ?? ['*']
  if (wanted.includes('*')) return undefined
  const known = [...Object.keys(entity.properties), ...(entity.empty ?? [])]
  return wanted.map(name => spelling(known, name) ?? refuseProperty(entity, name))
}

function refuseProperty(entity: Entity<never>, name: string): never {
  const message = `Could not find a property named '${name.slice(0, 64)}' on type 'microsoft.graph.${entity.type}'.`
  throw new Problem({ code: 'InvalidParameter', details: { name: '$select', message } })
}

/** The object as it is answered, or the selected part of it. */
export function shownOf<T>(entity: Entity<T>, value: T, names?: readonly string[]): Readonly<Record<string, unknown>> {
  if (entity.show !== undefined) return entity.show(value, names)
  const wanted = names ?? Object.keys(entity.properties)
  return Object.fromEntries(wanted.map(name => [name, lookUp(entity.properties, name)?.of(value) ?? null]))
}

/** The same of an object that is no part of a list. */
export const shownAlone = <T>(entity: Entity<T>, value: T, names?: readonly string[]): Readonly<Record<string, unknown>> =>
  Object.assign(
    shownOf(entity, value, names),
    Object.fromEntries(
      Object.entries(entity.alone ?? {})
        .filter(([name]) => names?.includes(name) === true)
        .map(([name, of]) => [name, of(value)]),
    ),
  )

/** A property that filters may ask for, with the spelling of its name. */
export interface FilterProperty<T> {
  readonly name: string
  of(value: T): Filterable
}

export function filterProperty<T>(entity: Entity<T>, name: string): FilterProperty<T> | undefined {
  const known = spelling(Object.keys(entity.properties), name)
  const found = known === undefined ? undefined : lookUp(entity.properties, known)
  return known === undefined || found?.filter !== true ? undefined : { name: known, of: value => found.of(value) }
}
