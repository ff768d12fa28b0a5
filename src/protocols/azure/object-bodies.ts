import { z } from 'zod'

// What is said of a key or a secret, in a vault's own words and through ARM alike. A refusal says what the member must be (key-vault.md 1.8, 8).

const tagsMax = 15
const secretTagCharactersMax = 512
/** Of a secret's value in UTF-8. */
const secretBytesMax = 25_600
const contentTypeCharactersMax = 255

const must = (be: string) => ({ error: `must be ${be}` })
/** `null` is as good as absent. */
const maybe = <S extends z.ZodType>(schema: S) => schema.nullish().transform(value => value ?? undefined)

/** What JavaScript takes for something else is refused where it would be lost in silence. */
const plainNames = z.unknown().refine(value => typeof value !== 'object' || value === null || !Object.hasOwn(value, '__proto__'), {
  error: 'must hold no tag of the name __proto__',
})

/** Tags whose names and values have at most so many characters. */
export const tagsOf = (charactersMax: number) => {
  const tagText = z.string(must('a string')).max(charactersMax, must(`at most ${charactersMax} characters long`))
  return maybe(
    plainNames.pipe(
      z
        .record(tagText, tagText, must(`an object of strings, names and values of at most ${charactersMax} characters`))
        .refine(value => Object.keys(value).length <= tagsMax, must(`an object of at most ${tagsMax} tags`)),
    ),
  )
}

export const secretTags = tagsOf(secretTagCharactersMax)

/** Kept and answered to the last byte: half a surrogate pair has no UTF-8, and would come back as something else. */
export const secretValue = z
  .string(must('a string'))
  .refine(value => value.isWellFormed(), must('well-formed Unicode'))
  .transform(value => Buffer.from(value, 'utf8'))
  .refine(bytes => bytes.length <= secretBytesMax, must(`at most ${secretBytesMax} bytes long in UTF-8`))

export const contentType = maybe(
  z.string(must('a string')).max(contentTypeCharactersMax, must(`at most ${contentTypeCharactersMax} characters long`)),
)
