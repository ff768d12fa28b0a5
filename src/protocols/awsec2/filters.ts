import type { Volume } from '#domain/volumes/records.ts'
import { invalidVolume } from '#domain/volumes/volume-types.ts'
import { isoTime } from '#protocols/aws/times.ts'

export interface Filter {
  readonly Name?: string | undefined
  readonly Values?: readonly string[] | undefined
}

type ValuesOf = (volume: Volume) => readonly string[]

/** What a list may be narrowed by (DescribeVolumes); attachments have none of it, for there are none. */
const named: Readonly<Record<string, ValuesOf>> = {
  'volume-id': ({ id }) => [id],
  'availability-zone': ({ zone }) => [zone],
  'create-time': ({ createdAt }) => [isoTime(createdAt)],
  encrypted: ({ key }) => [String(key !== undefined)],
  'multi-attach-enabled': () => ['false'],
  size: ({ sizeGiB }) => [sizeGiB.toString()],
  'snapshot-id': () => [],
  status: () => ['available'],
  'tag-key': ({ tags }) => tags.map(({ key }) => key),
  'volume-type': ({ type }) => [type],
  'attachment.attach-time': () => [],
  'attachment.delete-on-termination': () => [],
  'attachment.device': () => [],
  'attachment.instance-id': () => [],
  'attachment.status': () => [],
}

const tagPrefix = 'tag:'

function valuesFor(name: string): ValuesOf {
  if (name.startsWith(tagPrefix)) {
    const key = name.slice(tagPrefix.length)
    return ({ tags }) => tags.flatMap(tag => (tag.key === key ? [tag.value] : []))
  }
  const known = Object.hasOwn(named, name) ? named[name] : undefined
  if (known === undefined) throw invalidVolume('value', `The filter '${name}' is invalid`)
  return known
}

/** Every filter must fit, by any of its values; `*` and `?` stand for others. Raises `VolumeInvalid`. */
export function volumeFilter(filters: readonly Filter[]): (volume: Volume) => boolean {
  const tests = filters.map(({ Name, Values = [] }) => {
    if (Name === undefined) throw invalidVolume('missing', 'The request must contain the parameter filter name')
    const of = valuesFor(Name)
    const patterns = Values.map(patternOf)
    return (volume: Volume): boolean => of(volume).some(value => patterns.some(fits => fits(value)))
  })
  return volume => tests.every(fits => fits(volume))
}

const escaped: Readonly<Record<string, string>> = { '*': '[^]*', '?': '[^]' }

function patternOf(text: string): (value: string) => boolean {
  const pattern = new RegExp(
    `^${text.replaceAll(/\*+|\?|\\.|[^]/g, one => escaped[one.slice(0, 1)] ?? RegExp.escape(one.replace(/^\\/, '')))}$`,
  )
  return value => pattern.test(value)
}
