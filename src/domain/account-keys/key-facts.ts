// What policies may ask of a request to a key, by the names that one service gives these facts (aws-kms.md 4.4).
import type { OwnedFacts } from '#domain/access/permit.ts'
import type { AccountKey } from './records.ts'
import { originNames } from './words.ts'

type Fact = string | readonly string[] | undefined

export const noOwnedFacts: OwnedFacts = () => undefined

/** Of any request to what an account has in a Region; who asks, from where and when, the rule book knows itself. */
export const requestFacts =
  (region: string): OwnedFacts =>
  name =>
    name === 'aws:requestedregion' ? region : undefined

/** What a key is, made or about to be. */
export type DescribedKey = Pick<AccountKey, 'spec' | 'usage' | 'origin' | 'region' | 'multiRegion' | 'tags'>

const resourceTag = 'aws:resourcetag/'

/** Of the key itself. `aliases`: names that it has now, asked lazily; `asked`: the one that this request named it by. */
export function keyFacts(
  key: DescribedKey,
  { aliases, asked }: { readonly aliases: () => readonly string[]; readonly asked?: string },
): OwnedFacts {
  const facts: Readonly<Record<string, Fact>> = {
    'kms:keyspec': key.spec,
    'kms:customermasterkeyspec': key.spec,
    'kms:keyusage': key.usage,
    'kms:customermasterkeyusage': key.usage,
    'kms:keyorigin': originNames[key.origin],
    'kms:multiregion': key.multiRegion === undefined ? 'false' : 'true',
    'kms:multiregionkeytype': key.multiRegion && (key.multiRegion.primary === key.region ? 'PRIMARY' : 'REPLICA'),
    'kms:requestalias': asked,
  }
  return name => {
    // Names of tags count with their case; the part before them does not.
    if (name.toLowerCase().startsWith(resourceTag)) return tagNamed(key.tags, name.slice(resourceTag.length))
    if (name === 'kms:resourcealiases') return aliases()
    return Object.hasOwn(facts, name) ? facts[name] : undefined
  }
}

/** Condition keys come in lower case: of two tags that differ in case alone the exact one counts, else the first. */
function tagNamed(tags: readonly AccountKey['tags'][number][], name: string): string | undefined {
  return (tags.find(({ key }) => key === name) ?? tags.find(({ key }) => key.toLowerCase() === name.toLowerCase()))?.value
}

/** The first that knows answers. */
export const factsOf =
  (...sources: readonly OwnedFacts[]): OwnedFacts =>
  name => {
    for (const source of sources) {
      const fact = source(name)
      if (fact !== undefined) return fact
    }
    return undefined
  }
/** What the request says of tags that are to be set: `aws:RequestTag/…`, `aws:TagKeys`. */
export function tagFacts(tags: readonly AccountKey['tags'][number][]): OwnedFacts {
  const requestTag = 'aws:requesttag/'
  return name => {
    if (name === 'aws:tagkeys') return tags.length === 0 ? undefined : tags.map(({ key }) => key)
    return name.startsWith(requestTag) ? tagNamed(tags, name.slice(requestTag.length)) : undefined
  }
}

/** One thing that a request says of itself: a flag or a number, as conditions compare it. */
export const requestFact =
  (fact: string, value: boolean | number | string | undefined): OwnedFacts =>
  name =>
    name === fact && value !== undefined ? String(value) : undefined

/** Names of tags that are to be set or taken away. */
export const tagKeyFacts =
  (keys: readonly string[]): OwnedFacts =>
  name =>
    name === 'aws:tagkeys' && keys.length > 0 ? keys : undefined
