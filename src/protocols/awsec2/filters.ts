import { invalidVolume } from '#domain/volumes/volume-types.ts'
import { isoTime } from '#protocols/aws/times.ts'
import { statusOf, type ShownVolume } from './volume-shapes.ts'

export interface Filter {
  readonly Name?: string | undefined
  readonly Values?: readonly string[] | undefined
}

type ValuesOf = (shown: ShownVolume) => readonly string[]

const maybe = (value: string | undefined): readonly string[] => (value === undefined ? [] : [value])

/** What a list may be narrowed by (DescribeVolumes). */
const named: Readonly<Record<string, ValuesOf>> = {
  'volume-id': ({ volume }) => [volume.id],
  'availability-zone': ({ volume }) => [volume.zone],
  'create-time': ({ volume }) => [isoTime(volume.createdAt)],
  encrypted: ({ volume }) => [String(volume.key !== undefined)],
  'multi-attach-enabled': () => ['false'],
  size: ({ volume }) => [volume.sizeGiB.toString()],
  'snapshot-id': () => [],
  status: shown => [statusOf(shown)],
  'tag-key': ({ volume }) => volume.tags.map(({ key }) => key),
  'volume-type': ({ volume }) => [volume.type],
  'attachment.attach-time': ({ attachment }) => maybe(attachment && isoTime(attachment.attachedAt)),
  'attachment.delete-on-termination': ({ attachment }) => maybe(attachment && 'false'),
  'attachment.device': ({ attachment }) => maybe(attachment?.device),
  'attachment.instance-id': ({ attachment }) => maybe(attachment?.instanceId),
  'attachment.status': ({ attachment }) => maybe(attachment && 'attached'),
}

const tagPrefix = 'tag:'

function valuesFor(name: string): ValuesOf {
  if (name.startsWith(tagPrefix)) {
    const key = name.slice(tagPrefix.length)
    return ({ volume }) => volume.tags.flatMap(tag => (tag.key === key ? [tag.value] : []))
  }
  const known = Object.hasOwn(named, name) ? named[name] : undefined
  if (known === undefined) throw invalidVolume('value', `The filter '${name}' is invalid`)
  return known
}

/** Every filter must fit, by any of its values; `*` and `?` stand for others. Raises `VolumeInvalid`. */
export function volumeFilter(filters: readonly Filter[]): (shown: ShownVolume) => boolean {
  const tests = filters.map(({ Name, Values = [] }) => {
    if (Name === undefined) throw invalidVolume('missing', 'The request must contain the parameter filter name')
    const of = valuesFor(Name)
    const patterns = Values.map(patternOf)
    return (shown: ShownVolume): boolean => of(shown).some(value => patterns.some(fits => fits(value)))
  })
  return shown => tests.every(fits => fits(shown))
}

const escaped: Readonly<Record<string, string>> = { '*': '[^]*', '?': '[^]' }

function patternOf(text: string): (value: string) => boolean {
  const pattern = new RegExp(
    `^${text.replaceAll(/\*+|\?|\\.|[^]/g, one => escaped[one.slice(0, 1)] ?? RegExp.escape(one.replace(/^\\/, '')))}$`,
  )
  return value => pattern.test(value)
}
