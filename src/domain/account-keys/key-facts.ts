// What policies may ask of a request to a key, by the names that one service gives these facts (aws-kms.md 4.4).
import type { Call } from '#domain/call.ts'
import type { OwnedFacts } from '#domain/access/permit.ts'
import type { AccountKey } from './records.ts'
import { originNames } from './words.ts'

type Fact = string | readonly string[] | undefined

export const noOwnedFacts: OwnedFacts = () => undefined

/** Of any request to what an account has in a Region. Which principal asks and what time it is, the rule book knows itself. */
export function requestFacts(call: Call, { accountId, region }: { readonly accountId: string; readonly region: string }): OwnedFacts {
  const { acting } = call.who
  const facts: Readonly<Record<string, Fact>> = {
    'aws:requestedregion': region,
    'aws:resourceaccount': accountId,
    'aws:securetransport': 'true',
    'aws:sourceip': acting?.via === undefined ? call.source.sourceIp : undefined,
    'aws:useragent': call.source.userAgent,
    'aws:viaawsservice': acting?.via === undefined ? 'false' : 'true',
    'aws:calledvia': acting?.via === undefined ? undefined : [`${acting.via}.amazonaws.com`],
    'kms:calleraccount': acting?.accountId,
    'kms:viaservice': acting?.via === undefined ? undefined : `${acting.via}.${region}.amazonaws.com`,
  }
  return name => (Object.hasOwn(facts, name) ? facts[name] : undefined)
}

/** What a key is, made or about to be. */
export type DescribedKey = Pick<AccountKey, 'spec' | 'usage' | 'origin' | 'region' | 'multiRegion' | 'tags'>

const resourceTag = 'aws:resourcetag/'

/** Of the key itself. `aliases`: names that it has now; `asked`: the one that this request named it by. */
export function keyFacts(
  key: DescribedKey,
  { aliases, asked }: { readonly aliases: readonly string[]; readonly asked?: string },
): OwnedFacts {
  const facts: Readonly<Record<string, Fact>> = {
    'kms:keyspec': key.spec,
    'kms:customermasterkeyspec': key.spec,
    'kms:keyusage': key.usage,
    'kms:customermasterkeyusage': key.usage,
    'kms:keyorigin': originNames[key.origin],
    'kms:multiregion': key.multiRegion === undefined ? 'false' : 'true',
    'kms:multiregionkeytype': key.multiRegion && (key.multiRegion.primary === key.region ? 'PRIMARY' : 'REPLICA'),
    'kms:resourcealiases': aliases,
    'kms:requestalias': asked,
  }
  return name => {
    // Names of tags count with their case; the part before them does not.
    if (name.toLowerCase().startsWith(resourceTag)) return tagNamed(key.tags, name.slice(resourceTag.length))
    return Object.hasOwn(facts, name) ? facts[name] : undefined
  }
}

/** Condition keys come in lower case: of two tags that differ in case alone the exact one counts, else the first. */
function tagNamed(tags: AccountKey['tags'], name: string): string | undefined {
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
