import { regionCompartment, type RegionOfAccount } from '#domain/accounts/account-region.ts'
import type { Call } from '#domain/call.ts'
import type { FindingVolumes, HeldVolume } from './find-volume.ts'

const pageVolumes = 200

/** Every volume of an account in a Region behind a place, in the order of their making. */
export async function* volumesIn(
  context: FindingVolumes,
  call: Call,
  { after, ...place }: RegionOfAccount & { readonly after: number },
): AsyncGenerator<HeldVolume> {
  const compartment = await regionCompartment(context, call, place)
  if (compartment === undefined) return
  for (let from = after; ;) {
    const page = await context.volumes.list(call, compartment, { collection: [], after: from, limit: pageVolumes })
    yield* page
    const last = page.at(-1)
    if (last === undefined || page.length < pageVolumes) return
    from = last.ord
  }
}
