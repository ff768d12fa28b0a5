import type { OwnedFacts } from '#domain/access/permit.ts'
import { factsOf, tagFacts } from '#domain/account-keys/key-facts.ts'
import type { RegionOfAccount } from '#domain/accounts/account-region.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { assertSnapshotId, snapshotById, snapshotNotFound } from '#domain/volumes/find-snapshot.ts'
import { assertVolumeId, volumeById, volumeNotFound } from '#domain/volumes/find-volume.ts'
import type { Volume } from '#domain/volumes/records.ts'
import { snapshotFacts, volumeFacts } from '#domain/volumes/volume-tags.ts'
import { invalidVolume } from '#domain/volumes/volume-types.ts'
import { ownedSnapshot, ownedVolume } from './site.ts'

/** What may have tags, by its id: found or not, and how policies see it. Raises `VolumeInvalid` for ids of nothing that is served. */
export async function taggedById(
  context: Context,
  call: Call,
  { place, id, tags }: { readonly place: RegionOfAccount; readonly id: string; readonly tags: Volume['tags'] },
) {
  const { region } = place
  const asked = (facts: OwnedFacts): OwnedFacts => (tags.length === 0 ? facts : factsOf(tagFacts(tags), facts))
  if (id.startsWith('vol-')) {
    assertVolumeId(id)
    const volume = await volumeById(context, call, { ...place, id })
    const found = ownedVolume({ ...place, id }, asked(volumeFacts(region, volume?.value)))
    return { found, of: volume && { volume }, missing: volumeNotFound(id) } as const
  }
  if (!id.startsWith('snap-')) throw invalidVolume('id', `The ID '${id}' is not valid`)
  assertSnapshotId(id)
  const snapshot = await snapshotById(context, call, { ...place, id })
  const found = ownedSnapshot({ ...place, id }, asked(snapshotFacts(region, snapshot?.value)))
  return { found, of: snapshot && { snapshot }, missing: snapshotNotFound(id) } as const
}
