import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { diskStanding, type DiskStanding } from '#domain/disks/disk-standing.ts'
import { keyStanding } from '#domain/disks/key-standing.ts'
import { lookCall } from '#domain/disks/look.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { volumesIn } from '#domain/volumes/list-volumes.ts'
import { volumeArn } from '#domain/volumes/place.ts'
import { volumeExports } from '#domain/volumes/volume-exports.ts'

/** Whether something can be opened at this moment; `because` is for people. */
export interface StandingOf {
  readonly kind: 'diskEncryptionSet' | 'disk' | 'volume'
  /** ARM id or ARN. */
  readonly id: string
  readonly usable: boolean
  readonly because?: string
}

/** Of every set, disk and volume, as their exports are judged: records and rulings are looked at, nothing is opened. */
export async function standings(context: Context, call: Call, permit: Permit<'instance.read'>): Promise<readonly StandingOf[]> {
  assertPermits(permit, rootScope)
  const look = lookCall({ ground: context.ground })
  const found: StandingOf[] = []
  for (const { value: set } of context.diskEncryptionSets.peek())
    found.push(standingOf('diskEncryptionSet', set.id, await keyStanding(context, look, { set, keyUrl: set.activeKey.keyUrl })))
  for (const { value: disk } of context.disks.peek()) found.push(standingOf('disk', disk.id, await diskStanding(context, look, disk)))
  const exports = volumeExports(context)
  for (const { value } of context.accountRegions.peek())
    for await (const { value: volume } of volumesIn(context, look, { ...value, after: 0 })) {
      const exported = await exports.of(look, volumeArn(volume))
      if (exported !== undefined) found.push(standingOf('volume', exported.resource, await exported.standing(look)))
    }
  call.details.set('things', found.length.toString())
  return found
}

const standingOf = (kind: StandingOf['kind'], id: string, standing: DiskStanding): StandingOf =>
  standing.usable ? { kind, id, usable: true } : { kind, id, usable: false, because: standing.because }
