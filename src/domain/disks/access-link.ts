import { timingSafeEqual } from 'node:crypto'
import { compartmentId } from '#model/brands.ts'
import type { Principal } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { closedTo, digestOf, grantOf, type AccessLink } from './access-grant.ts'
import type { HeldDisk } from './disk-standing.ts'
import { lookCall } from './look.ts'
import { linkTag } from './records.ts'

/** The disk that a link leads to, whether or not a link is out; `undefined` for what never led anywhere. */
export async function diskOfLink(
  context: Needs<'disks' | 'ground'>,
  call: Call,
  { label, container }: Pick<AccessLink, 'label' | 'container'>,
): Promise<HeldDisk | undefined> {
  if (!/^[0-9a-f]{32}$/.test(container) || !context.ground.barrier.has(compartmentId(container))) return undefined
  const [disk] = await context.disks.listTagged(call, compartmentId(container), { tag: linkTag(label), after: -1, limit: 1 })
  return disk
}

/** Whoever has the link. Raises `TokenMissing`, `TokenSignatureInvalid` (taken back ones included), `TokenExpired`, `NetworkForbidden`. */
export function bearerOf(call: Call, disk: HeldDisk, shown: { readonly grantId: string; readonly signature: string }): Principal {
  if (shown.signature === '') throw new Problem({ code: 'TokenMissing' })
  const { access } = disk.value
  if (access === undefined || !signed(access.digest, shown.signature) || access.id !== shown.grantId)
    throw new Problem({ code: 'TokenSignatureInvalid' })
  if (grantOf(disk.value, call.at) === undefined) throw new Problem({ code: 'TokenExpired' })
  // The disk may have been closed to the network since.
  if (closedTo(disk.value) !== undefined)
    throw new Problem({
      code: 'NetworkForbidden',
      details: { because: 'publicAccess', bypassed: false, address: call.source.sourceIp ?? '' },
    })
  return { id: access.id, kind: 'bearer', authMethod: 'accessLink' }
}

const signed = (digest: string, signature: string): boolean =>
  timingSafeEqual(Uint8Array.fromHex(digest), Uint8Array.fromHex(digestOf(signature)))

/** Is that grant still out? Looks at what the node knows now: for reads that go on long after their request was decided. */
export async function stillGranted(context: Needs<'disks' | 'ground'>, disk: HeldDisk, grantId: string): Promise<boolean> {
  const call = lookCall(context)
  const now = await context.disks.get(call, disk.compartment, disk.path)
  return now !== undefined && grantOf(now.value, call.at)?.id === grantId && closedTo(now.value) === undefined
}
