import { Problem } from '#model/problem.ts'
import type { Scope } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { invalid, notNow, refused } from '#domain/resources/arm-refusal.ts'
import { subscriptionOfArmId } from '#domain/resources/scopes.ts'
import type { HeldDisk } from '#domain/disks/disk-standing.ts'
import { machineOfDisk } from './machine-place.ts'
import type { AttachedDisk, VirtualMachine } from './records.ts'

export interface DisksWanted {
  readonly disks: readonly (Omit<AttachedDisk, 'name' | 'caching'> & {
    readonly name?: string | undefined
    readonly caching?: string | undefined
  })[]
  /** Asked of each disk that the machine has not had: it becomes the machine's (`LinkedAccessDenied`). */
  readonly mayAttach: (disk: Scope) => Permit<'disk.write'>
}

/** The disks of a machine, each there, in its region and nobody else's. Raises `ArmRefused`, `ResourceNotFound`. */
export async function attachDisks(
  context: Needs<'disks' | 'virtualMachines'>,
  call: Call,
  { disks, mayAttach, machine }: DisksWanted & { readonly machine: Pick<VirtualMachine, 'id' | 'location' | 'disks'> },
): Promise<AttachedDisk[]> {
  const places = disks.map(({ lun }) => lun ?? 'os')
  if (new Set(places).size !== places.length) throw invalid('dataDisks.lun', 'Two disks of a machine have the same lun.')
  if (new Set(disks.map(({ diskId }) => diskId.toLowerCase())).size !== disks.length)
    throw invalid('dataDisks.managedDisk.id', 'A disk is named twice.')
  const attached: AttachedDisk[] = []
  for (const wanted of disks) attached.push(await attach(context, call, { wanted, mayAttach, machine }))
  return attached
}

interface Attaching extends Pick<DisksWanted, 'mayAttach'> {
  readonly wanted: DisksWanted['disks'][number]
  readonly machine: Pick<VirtualMachine, 'id' | 'location' | 'disks'>
}

async function attach(context: Needs<'disks' | 'virtualMachines'>, call: Call, attaching: Attaching): Promise<AttachedDisk> {
  const { diskId, name, caching = 'None', ...rest } = attaching.wanted
  const had = attaching.machine.disks.some(one => one.diskId.toLowerCase() === diskId.toLowerCase())
  const disk = await context.disks.get(call, compartmentOfGuid(subscriptionOfArmId(diskId) ?? ''), [diskId.toLowerCase()])
  if (disk === undefined) throw new Problem({ code: 'DiskNotFound', details: { id: diskId } })
  if (!had) assertFree(context, call, { ...attaching, disk })
  return { ...rest, diskId: disk.value.id, name: name ?? disk.value.name, caching }
}

function assertFree(
  context: Needs<'virtualMachines'>,
  call: Call,
  { machine, mayAttach, disk }: Attaching & { readonly disk: HeldDisk },
): void {
  const { id, name, scope, location, access } = disk.value
  assertPermits(mayAttach(scope), scope)
  if (location !== machine.location)
    throw refused(400, {
      code: 'BadRequest',
      message: `Disk ${id} cannot be attached to the VM because it is not in the same location as the VM.`,
    })
  const owner = machineOfDisk(context, call, disk)
  if (owner !== undefined && owner.value.id.toLowerCase() !== machine.id.toLowerCase())
    throw refused(409, {
      code: 'ConflictingUserInput',
      message: `Disk '${id}' cannot be attached as the disk is already owned by VM '${owner.value.id}'.`,
    })
  if (access !== undefined && access.expiresAt > call.at)
    throw notNow(`Disk '${name}' cannot be attached while a shared access signature of it is active. Please revoke it and retry.`)
}
