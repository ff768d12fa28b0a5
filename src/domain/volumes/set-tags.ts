import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { HeldSnapshot } from './find-snapshot.ts'
import type { HeldVolume } from './find-volume.ts'
import { snapshotScope, volumeScope } from './place.ts'
import type { Volume } from './records.ts'
import { checkedVolumeTags } from './volume-tags.ts'

export type Tagged = { readonly volume: HeldVolume } | { readonly snapshot: HeldSnapshot }
type Tags = Volume['tags']

const valueOf = (of: Tagged) => ('volume' in of ? of.volume.value : of.snapshot.value)
const scopeOf = (of: Tagged) => ('volume' in of ? volumeScope(of.volume.value) : snapshotScope(of.snapshot.value))

function setTags(context: Needs<'volumes' | 'snapshots'>, call: Call, { of, tags }: { readonly of: Tagged; readonly tags: Tags }): void {
  const own = tags.map(({ key, value }) => ({ key, value }))
  if ('volume' in of) context.volumes.update(call, of.volume, { ...of.volume.value, tags: own })
  else context.snapshots.update(call, of.snapshot, { ...of.snapshot.value, tags: own })
}

/** Those that are there already have the new value. Raises `VolumeInvalid`. */
export async function addTags(
  context: Needs<'volumes' | 'snapshots'>,
  call: Call,
  { permit, of, tags }: { readonly permit: Permit<'volume.tag'>; readonly of: Tagged; readonly tags: Tags },
): Promise<void> {
  assertPermits(permit, scopeOf(of))
  checkedVolumeTags(tags)
  const named = new Map([...valueOf(of).tags, ...tags].map(({ key, value }) => [key, value]))
  setTags(context, call, { of, tags: checkedVolumeTags([...named].map(([key, value]) => ({ key, value }))) })
  return Promise.resolve()
}

/** A tag with a value is meant only where it has that one; no tag at all means every tag. */
export async function removeTags(
  context: Needs<'volumes' | 'snapshots'>,
  call: Call,
  request: {
    readonly permit: Permit<'volume.untag'>
    readonly of: Tagged
    readonly tags: readonly { readonly key: string; readonly value: string | undefined }[]
  },
): Promise<void> {
  const { permit, of, tags } = request
  assertPermits(permit, scopeOf(of))
  const before = valueOf(of).tags
  const left =
    tags.length === 0 ? [] : before.filter(tag => !tags.some(({ key, value = tag.value }) => key === tag.key && value === tag.value))
  if (left.length < before.length) setTags(context, call, { of, tags: left })
  return Promise.resolve()
}
