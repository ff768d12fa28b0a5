import { z } from 'zod'

const guidText = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
export const guid = z.string('not a GUID').regex(guidText, 'not a GUID')

/** A member only where it has a value. */
export function present<N extends string, T>(name: N, value: T | null | undefined): { readonly [K in N]?: T } {
  const made: { [K in N]?: T } = {}
  if (value !== null && value !== undefined) made[name] = value
  return made
}
