import { Problem } from '#model/problem.ts'
import type { AccountKey } from './records.ts'

export type KeyTags = AccountKey['tags']

/** aws-kms.md 1.5: a size, no quota. */
const tagsMax = 50

const refused = (message: string): Problem => new Problem({ code: 'TagsInvalid', details: { message } })

/** Tags as one request may give them. Raises `TagsInvalid`. */
export function assertTags(tags: KeyTags): void {
  if (tags.length > tagsMax) throw refused('Too many tags')
  const keys = new Set(tags.map(({ key }) => key))
  if (keys.size < tags.length) throw refused('Duplicate tag keys')
  if (tags.some(({ key }) => /^aws:/i.test(key))) throw refused('Tags beginning with aws: are reserved')
}

/** What is there, with the given ones over it: those that are new come last. Raises `TagsInvalid`. */
export function withTags(before: KeyTags, given: KeyTags): KeyTags {
  assertTags(given)
  const now = new Map(before.map(({ key, value }) => [key, value]))
  for (const { key, value } of given) now.set(key, value)
  if (now.size > tagsMax) throw refused('Too many tags')
  return [...now].map(([key, value]) => ({ key, value }))
}
