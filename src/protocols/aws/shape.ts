import { Problem } from '#model/problem.ts'

/** What is found wrong while a body is read: all of it is told at once (aws-kms.md 1.3). */
export interface Hearing {
  readonly violations: string[]
  /** A form: numbers, flags and bytes come as texts, lists and structures as maps. */
  readonly textual: boolean
}

/** How a member is read. `at` is its place in the service's words: `tags.1.member.tagKey`. `undefined`: refused, and heard. */
export interface Shape<T> {
  read(value: unknown, at: string, hearing: Hearing): T | undefined
  readonly optional?: true
}

export type OptionalShape<T> = Shape<T> & { readonly optional: true }
export type Shaped<S> = S extends Shape<infer T> ? T : never

/** A value that is there and not what its member allows. Secret ones are not shown. */
export function violate(hearing: Hearing, at: string, { shown, must }: { readonly shown?: string; readonly must: string }): undefined {
  const value = shown === undefined ? 'Value' : `Value '${shown.slice(0, shownCharactersMax)}'`
  hearing.violations.push(`${value} at '${at}' failed to satisfy constraint: Member must ${must}`)
}
const shownCharactersMax = 2_048

/** A member that must be there. */
export function missing(hearing: Hearing, at: string): undefined {
  hearing.violations.push(`Value null at '${at}' failed to satisfy constraint: Member must not be null`)
}

/** The body as its schema has it. Raises `ValidationFailed` with everything that is wrong, `InvalidBody` where it has not the types of one. */
export function readShape<T>(shape: Shape<T>, value: unknown, { textual }: Pick<Hearing, 'textual'>): T {
  const hearing: Hearing = { violations: [], textual }
  const read = shape.read(value, '', hearing)
  const { violations } = hearing
  if (read !== undefined && violations.length === 0) return read
  const count = `${violations.length} validation error${violations.length === 1 ? '' : 's'} detected`
  throw new Problem({ code: 'ValidationFailed', details: { message: `${count}: ${violations.join('; ')}` } })
}

/** Types of JSON as the services' own readers name them. */
const typeNames: Readonly<Record<string, string>> = { string: 'STRING_VALUE', number: 'NUMBER_VALUE', boolean: 'BOOLEAN_VALUE' }

/** It has another type than the member: nothing more is read. */
export function mistyped(value: unknown, wanted: string): never {
  const found = typeNames[typeof value] ?? (Array.isArray(value) ? 'START_ARRAY' : 'START_OBJECT')
  throw new Problem({ code: 'InvalidBody', details: { message: `${found} can not be converted to ${wanted}` } })
}
