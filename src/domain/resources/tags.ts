import { Problem } from '#model/problem.ts'

const tagsMax = 50
const tagNameMax = 512
const tagValueMax = 256

const refuse = (code: string, message: string): never => {
  throw new Problem({ code: 'ArmRefused', details: { status: 400, code, message, target: 'tags' } })
}

/** ARM's limits of a resource's tags. Raises `ArmRefused`. */
export function checkedTags(tags: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> {
  const entries = Object.entries(tags ?? {})
  if (entries.length > tagsMax) refuse('TooManyTags', `The number of tags ${entries.length} exceeded the maximum ${tagsMax}.`)
  for (const [name, value] of entries) {
    if (name === '' || name.length > tagNameMax)
      refuse('InvalidTagNameLength', `The name of a tag must have between 1 and ${tagNameMax} characters.`)
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    if (/[<>%&\\?/\u0000-\u001f]/.test(name))
      refuse('InvalidTagNameCharacters', String.raw`The tag names have reserved characters '<,>,%,&,\,?,/' or control characters.`)
    if (value.length > tagValueMax) refuse('InvalidTagValueLength', `The value of a tag must have at most ${tagValueMax} characters.`)
  }
  const names = new Set(entries.map(([name]) => name.toLowerCase()))
  if (names.size !== entries.length) refuse('InvalidTag', 'Two tags have names that differ in case alone.')
  return Object.fromEntries(entries)
}

/** A PATCH's tags over those that were there: `null` takes one away. */
export function mergedTags(
  before: Readonly<Record<string, string>>,
  patch: Readonly<Record<string, string | null>> | undefined,
): Readonly<Record<string, string>> {
  const merged = new Map(Object.entries(before))
  for (const [name, value] of Object.entries(patch ?? {})) {
    if (value === null) merged.delete(name)
    else merged.set(name, value)
  }
  return checkedTags(Object.fromEntries(merged))
}
