import type { ObjectVersion } from '#domain/objects/records.ts'
import { malformed } from './refusals.ts'
import { childOf, childrenOf, rawTextIn, type Element } from './xml-read.ts'

type Tags = ObjectVersion['tags']

/** `Tag`s of a set. Raises `StorageRefused`. */
export function tagsIn(set: Element | undefined): Tags {
  return childrenOf(set, 'Tag').map(tag => {
    const [key, value] = [rawTextIn(tag, 'Key'), rawTextIn(tag, 'Value')]
    if (key === undefined || value === undefined) throw malformed()
    return { key, value }
  })
}

export function taggingIn(body: Element | undefined): Tags {
  const set = childOf(body, 'TagSet')
  if (set === undefined) throw malformed()
  return tagsIn(set)
}

export const taggingOf = (tags: Tags) => ({ TagSet: { Tag: tags.map(({ key, value }) => ({ Key: key, Value: value })) } })
