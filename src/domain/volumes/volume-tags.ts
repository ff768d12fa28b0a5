import type { OwnedFacts } from '#domain/access/permit.ts'
import { factsOf, requestFacts, tagFacts } from '#domain/account-keys/key-facts.ts'
import type { Volume } from './records.ts'
import { invalidVolume } from './volume-types.ts'

const tagsMax = 50

/** Raises `VolumeInvalid`. */
export function checkedVolumeTags(tags: Volume['tags']): Volume['tags'] {
  const names = new Set<string>()
  for (const { key } of tags) {
    if (key === '') throw invalidVolume('value', 'Tag keys must not be empty.')
    if (/^aws:/i.test(key)) throw invalidVolume('value', `Tag keys starting with 'aws:' are reserved for internal use`)
    if (names.has(key)) throw invalidVolume('value', `Duplicate tag key '${key}' specified.`)
    names.add(key)
  }
  if (names.size > tagsMax) throw invalidVolume('tags', 'You have reached the maximum number of tags')
  return tags
}

/** What policies may ask of a new volume: what it is to be, and the tags that it is to have. */
export const newVolumeFacts = (
  region: string,
  asked: { readonly zone: string; readonly encrypted: boolean; readonly type: string; readonly sizeGiB: number | undefined },
  tags: Volume['tags'],
): OwnedFacts => factsOf(shapeFacts(asked), tagFacts(tags), requestFacts(region))

/** Of one that is there. */
export const volumeFacts = (region: string, volume: Volume | undefined): OwnedFacts =>
  volume === undefined
    ? requestFacts(region)
    : factsOf(
        shapeFacts({ ...volume, encrypted: volume.key !== undefined }),
        name => resourceTag(volume.tags, name) ?? (name === 'ec2:volumeid' ? volume.id : undefined),
        requestFacts(region),
      )

function shapeFacts(asked: {
  readonly zone: string
  readonly encrypted: boolean
  readonly type: string
  readonly sizeGiB: number | undefined
}): OwnedFacts {
  const facts: Readonly<Record<string, string | undefined>> = {
    'ec2:availabilityzone': asked.zone,
    'ec2:encrypted': String(asked.encrypted),
    'ec2:volumetype': asked.type,
    'ec2:volumesize': asked.sizeGiB?.toString(),
  }
  return name => (Object.hasOwn(facts, name) ? facts[name] : undefined)
}

const prefixes = ['aws:resourcetag/', 'ec2:resourcetag/']

/** Of two tags that differ in case alone the exact one counts, else the first. */
function resourceTag(tags: Volume['tags'], name: string): string | undefined {
  const prefix = prefixes.find(one => name.toLowerCase().startsWith(one))
  if (prefix === undefined) return undefined
  const key = name.slice(prefix.length)
  return (tags.find(one => one.key === key) ?? tags.find(one => one.key.toLowerCase() === key.toLowerCase()))?.value
}
