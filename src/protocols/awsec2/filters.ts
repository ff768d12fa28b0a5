import type { Volume } from '#domain/volumes/records.ts'
import { invalidVolume } from '#domain/volumes/volume-types.ts'
import { list, optional, structure, text } from '#protocols/aws/schemas.ts'

interface Filter {
  readonly Name?: string | undefined
  readonly Value?: readonly string[] | undefined
}

/** As requests have them. */
export const filters = {
  Filter: optional(list(structure({ Name: optional(text()), Value: optional(list(text(), { max: 200 })) }), { max: 50 })),
}

/** As the trail shows them. */
export const shownFilters = (asked: readonly Filter[] = []) => ({
  items: asked.map(({ Name, Value }) => ({ name: Name, valueSet: { items: (Value ?? []).map(value => ({ value })) } })),
})

/** What of a thing a filter looks at. */
export type ValuesOf<T> = (shown: T) => readonly string[]

/** What a list may be narrowed by: by name, and by the tags of what is listed. */
export interface Filtered<T> {
  readonly named: Readonly<Record<string, ValuesOf<T>>>
  readonly tags: (shown: T) => Volume['tags']
}

const tagPrefix = 'tag:'

function valuesFor<T>({ named, tags }: Filtered<T>, name: string): ValuesOf<T> {
  if (name.startsWith(tagPrefix)) {
    const key = name.slice(tagPrefix.length)
    return shown => tags(shown).flatMap(tag => (tag.key === key ? [tag.value] : []))
  }
  if (name === 'tag-key') return shown => tags(shown).map(({ key }) => key)
  const known = Object.hasOwn(named, name) ? named[name] : undefined
  if (known === undefined) throw invalidVolume('value', `The filter '${name}' is invalid`)
  return known
}

/** Every filter must fit, by any of its values; `*` and `?` stand for others. Raises `VolumeInvalid`. */
export function filterOf<T>(of: Filtered<T>, asked: readonly Filter[]): (shown: T) => boolean {
  const tests = asked.map(({ Name, Value = [] }) => {
    if (Name === undefined) throw invalidVolume('missing', 'The request must contain the parameter filter name')
    const values = valuesFor(of, Name)
    const patterns = Value.map(patternOf)
    return (shown: T): boolean => values(shown).some(value => patterns.some(fits => fits(value)))
  })
  return shown => tests.every(fits => fits(shown))
}

const escaped: Readonly<Record<string, string>> = { '*': '[^]*', '?': '[^]' }

function patternOf(text: string): (value: string) => boolean {
  const pattern = new RegExp(
    `^${text.replaceAll(/\*+|\?|\\.|[^]/g, one => escaped[one.slice(0, 1)] ?? RegExp.escape(one.replace(/^\\/, '')))}$`,
  )
  return value => pattern.test(value)
}
