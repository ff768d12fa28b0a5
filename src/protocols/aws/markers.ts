import { sealed } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Needs } from '#domain/context.ts'
import { canonicalPath } from '#domain/records/family.ts'
import { travellingKinds } from '#domain/records/kinds.ts'

/** What a marker is good for: a list of an account in a Region, with what narrows it. */
export interface MarkerBound {
  readonly accountId: string
  readonly region: string
  /** `ListKeys`; of lists with a subject `ListGrants arn:…`. */
  readonly list: string
}

type Context = Needs<'ground' | 'instance'>

function contextOf({ ground, instance }: Context, { accountId, region, list }: MarkerBound) {
  const id = ground.barrier.index(instance.installation, canonicalPath('collection', 'accountMarkers', [accountId, region, list]))
  return { id, kind: travellingKinds.accountMarkers, version: 1 }
}

/** u32 term ‖ sealed position, in base64url: tells nothing of how many there are, and opens for no other list. At most 512 bytes of position. */
export function sealMarker(context: Context, bound: MarkerBound, position: string): string {
  const { term, body } = context.ground.barrier.sealRecord(contextOf(context, bound), Buffer.from(position))
  const marker = Buffer.alloc(4 + body.length)
  marker.writeUInt32BE(term)
  marker.set(body, 4)
  return marker.toString('base64url')
}

/** The position that the list goes on after. Raises `MarkerInvalid`. */
export function openMarker(context: Context, bound: MarkerBound, marker: string): string {
  const bytes = Buffer.from(marker, 'base64url')
  if (bytes.length < 4 || bytes.toString('base64url') !== marker) throw new Problem({ code: 'MarkerInvalid' })
  try {
    const body = sealed(bytes.subarray(4))
    return Buffer.from(context.ground.barrier.openRecord(contextOf(context, bound), { term: bytes.readUInt32BE(), body })).toString()
  } catch (cause) {
    throw new Problem({ code: 'MarkerInvalid' }, { cause })
  }
}
