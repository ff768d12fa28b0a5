import { z } from 'zod'

// What bodies of several types have in common. Unknown members are ignored; `null` is as good as absent but in a PATCH's tags.

/** security-and-reliability.md 5.3: ARM takes 4 MiB. */
export const armBodyBytes = 4 * 1024 * 1024

export const maybe = <S extends z.ZodType>(schema: S) => schema.nullish().transform(value => value ?? undefined)

export const locationBody = maybe(z.string('location must be a string'))
export const tagsBody = maybe(z.record(z.string(), z.string('a tag must be a string')))
export const tagsPatch = maybe(z.record(z.string(), z.string('a tag must be a string').nullable()))

/** A word of a list in any case, as the list spells it. */
export const wordOf = <const W extends readonly string[]>(words: W) =>
  z.string().transform((text, context): W[number] => {
    const found = words.find(word => word.toLowerCase() === text.toLowerCase())
    if (found !== undefined) return found
    context.addIssue({ code: 'custom', message: `must be one of ${words.join(', ')}` })
    return z.NEVER
  })

export const trackedBody = z.object({ location: locationBody, tags: tagsBody }, 'the body must be a JSON object')
export const tagsOnlyBody = z.object({ tags: tagsPatch }, 'the body must be a JSON object')

/** How a body is taken: JSON to ARM's limit. */
export const armJson = <S extends z.ZodType>(json: S) => ({ json, maximumBytes: armBodyBytes })
