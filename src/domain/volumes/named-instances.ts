import { regionCompartment, type RegionOfAccount } from '#domain/accounts/account-region.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { VolumeAttachment } from './records.ts'

/** An instance is a name that volumes are attached to: nothing of it runs here. */
export interface NamedInstance {
  readonly id: string
  readonly accountId: string
  readonly attachments: readonly VolumeAttachment[]
}

const pageAttachments = 200

/** Those that have volumes, in the order of their first attachment. */
export async function instancesIn(
  context: Needs<'volumeAttachments' | 'accountRegions' | 'instance'>,
  call: Call,
  place: RegionOfAccount,
): Promise<readonly NamedInstance[]> {
  const compartment = await regionCompartment(context, call, place)
  const named = new Map<string, VolumeAttachment[]>()
  if (compartment === undefined) return []
  for (let after = -1; ;) {
    const page = await context.volumeAttachments.list(call, compartment, { collection: [], after, limit: pageAttachments })
    for (const { value } of page) named.getOrInsertComputed(value.instanceId, () => []).push(value)
    const last = page.at(-1)
    if (last === undefined || page.length < pageAttachments) break
    after = last.ord
  }
  return [...named].map(([id, attachments]) => ({ id, accountId: place.accountId, attachments }))
}
