import { z } from 'zod'
import { machineScope, machineType, type HeldMachine } from '#domain/machines/machine-place.ts'
import type { AttachedDisk } from '#domain/machines/records.ts'
import { isoTime, trackedResource, type Listed } from './answers.ts'
import { identityMember } from './compute-shapes.ts'
import { group, subscriptionId } from './params.ts'

const machine = z
  .string()
  .regex(
    /^[a-zA-Z0-9](?:[a-zA-Z0-9_.-]{0,62}[a-zA-Z0-9_])?$/,
    'The virtual machine name is invalid: 1 to 64 letters, digits, underscores, periods and hyphens.',
  )
export const ofMachine = z.object({ subscriptionId, group, machine }).transform(({ machine, ...rest }) => ({ ...rest, name: machine }))
export const atMachine = ({ params }: { readonly params: z.output<typeof ofMachine> }) => machineScope(params)
export const machinePath = '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.Compute/virtualMachines/{machine}'

const diskShape = ({ diskId, lun, name, osType, caching }: AttachedDisk) => ({
  ...(lun !== undefined && { lun }),
  ...(osType !== undefined && { osType }),
  name,
  createOption: 'Attach',
  caching,
  managedDisk: { id: diskId },
  deleteOption: 'Detach',
})

/** Machines are described here, and not run: what there is of one is as after a deallocation. */
export const instanceView = ({ value }: HeldMachine) => ({
  disks: value.disks.map(({ name }) => ({
    name,
    statuses: [
      { code: 'ProvisioningState/succeeded', level: 'Info', displayStatus: 'Provisioning succeeded', time: isoTime(value.changedAt) },
    ],
  })),
  statuses: [
    { code: 'ProvisioningState/succeeded', level: 'Info', displayStatus: 'Provisioning succeeded', time: isoTime(value.changedAt) },
    { code: 'PowerState/deallocated', level: 'Info', displayStatus: 'VM deallocated' },
  ],
})

/** `expand`: `instanceView`, `userData`; what the guest was given is shown to who asks for it by name alone. */
export function machineShape(held: HeldMachine, expand = ''): Listed {
  const { value } = held
  const os = value.disks.find(({ lun }) => lun === undefined)
  const { userData, ...kept } = value.kept
  const asked = new Set(expand.toLowerCase().split(','))
  return trackedResource(value, {
    type: machineType,
    more: {
      etag: value.etag,
      ...(value.identity !== undefined && value.identity.type !== 'None' && { identity: identityMember(value.identity) }),
      ...(value.zones !== undefined && { zones: value.zones }),
    },
    properties: {
      vmId: value.vmId,
      hardwareProfile: { vmSize: value.size },
      storageProfile: {
        ...(os !== undefined && { osDisk: diskShape(os) }),
        dataDisks: value.disks.filter(({ lun }) => lun !== undefined).map(diskShape),
      },
      networkProfile: {
        networkInterfaces: value.interfaces.map(({ id, ...rest }) => ({ id, ...(Object.keys(rest).length > 0 && { properties: rest }) })),
      },
      ...kept,
      ...(userData !== undefined && asked.has('userdata') && { userData }),
      ...(asked.has('instanceview') && { instanceView: instanceView(held) }),
      provisioningState: 'Succeeded',
      timeCreated: isoTime(value.createdAt),
    },
  })
}
