import type { OwnedFacts } from '#domain/access/permit.ts'
import { factsOf, requestFacts, tagFacts } from '#domain/account-keys/key-facts.ts'
import { volumeArn } from './place.ts'
import type { Volume } from './records.ts'
import type { Snapshot } from './snapshot-records.ts'
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

/** What policies may ask of a snapshot that is there. */
export const snapshotFacts = (region: string, snapshot: Snapshot | undefined): OwnedFacts =>
  snapshot === undefined
    ? requestFacts(region)
    : factsOf(takenFacts(snapshot), name => resourceTag(snapshot.tags, name), requestFacts(region))

/** Of one that is to be taken, of a volume or of another snapshot. */
export const newSnapshotFacts = (region: string, of: { readonly volume: Volume } | { readonly copy: Snapshot }, tags: Volume['tags']) =>
  factsOf('copy' in of ? takenFacts(of.copy) : parentFacts(of.volume), tagFacts(tags), requestFacts(region))

const parentFacts = (volume: Volume): OwnedFacts =>
  named({
    'ec2:encrypted': String(volume.key !== undefined),
    'ec2:volumesize': volume.sizeGiB.toString(),
    'ec2:parentvolume': volumeArn(volume),
    'ec2:owner': volume.accountId,
  })

const takenFacts = ({ accountId, region, volumeId, id, key, sizeGiB }: Snapshot): OwnedFacts =>
  named({
    'ec2:encrypted': String(key !== undefined),
    'ec2:volumesize': sizeGiB.toString(),
    'ec2:parentvolume': volumeArn({ accountId, region, id: volumeId }),
    'ec2:owner': accountId,
    'ec2:snapshotid': id,
  })

const named =
  (facts: Readonly<Record<string, string | undefined>>): OwnedFacts =>
  name =>
    Object.hasOwn(facts, name) ? facts[name] : undefined

function shapeFacts(asked: {
  readonly zone: string
  readonly encrypted: boolean
  readonly type: string
  readonly sizeGiB: number | undefined
}): OwnedFacts {
  return named({
    'ec2:availabilityzone': asked.zone,
    'ec2:encrypted': String(asked.encrypted),
    'ec2:volumetype': asked.type,
    'ec2:volumesize': asked.sizeGiB?.toString(),
  })
}

const prefixes = ['aws:resourcetag/', 'ec2:resourcetag/']

/** Of two tags that differ in case alone the exact one counts, else the first. */
function resourceTag(tags: Volume['tags'], name: string): string | undefined {
  const prefix = prefixes.find(one => name.toLowerCase().startsWith(one))
  if (prefix === undefined) return undefined
  const key = name.slice(prefix.length)
  return (tags.find(one => one.key === key) ?? tags.find(one => one.key.toLowerCase() === key.toLowerCase()))?.value
}
