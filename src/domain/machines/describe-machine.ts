import { parseIpv4Subnet, ipv4Text } from '#model/ipv4-subnets.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { subnetById } from '#domain/networks/network-place.ts'
import { subscriptionOfArmId } from '#domain/resources/scopes.ts'
import type { HeldMachine } from './machine-place.ts'
import type { AttachedDisk, VirtualMachine } from './records.ts'

/** What a machine is told of itself: the document of `/metadata/instance`, 2021-02-01. */
export async function describeMachine(
  context: Needs<'networkInterfaces' | 'virtualNetworks'>,
  call: Call,
  { value }: HeldMachine,
): Promise<Readonly<Record<string, unknown>>> {
  return { compute: computeOf(value), network: { interface: await interfacesOf(context, call, value.interfaces) } }
}

function computeOf(value: VirtualMachine) {
  const [, , subscriptionId = '', , resourceGroupName = ''] = value.id.split('/')
  const tags = Object.entries(value.tags)
  return {
    azEnvironment: 'Keystead',
    licenseType: textOf(value.kept['licenseType']),
    location: value.location,
    name: value.name,
    osProfile: osProfileOf(value.kept['osProfile']),
    osType: textOf(value.disks.find(({ lun }) => lun === undefined)?.osType),
    priority: textOf(value.kept['priority']),
    provider: 'Microsoft.Compute',
    resourceGroupName,
    resourceId: value.id,
    storageProfile: storageOf(value.disks),
    subscriptionId,
    tags: tags.map(([name, text]) => `${name}:${text}`).join(';'),
    tagsList: tags.map(([name, text]) => ({ name, value: text })),
    userData: textOf(value.kept['userData']),
    vmId: value.vmId,
    vmSize: value.size,
    zone: textOf(value.zones?.[0]),
  }
}

/** Absent members are empty texts in this document. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const storageOf = (disks: readonly AttachedDisk[]) => ({
  osDisk: disks.filter(({ lun }) => lun === undefined).map(diskOf)[0] ?? {},
  dataDisks: disks.filter(({ lun }) => lun !== undefined).map(disk => Object.assign(diskOf(disk), { lun: String(disk.lun) })),
})
const diskOf = ({ name, caching, osType, diskId }: AttachedDisk) => ({
  name,
  caching,
  createOption: 'Attach',
  osType: textOf(osType),
  managedDisk: { id: diskId },
})

function osProfileOf(kept: unknown) {
  const member = (name: string): string => textOf(typeof kept === 'object' && kept !== null ? Reflect.get(kept, name) : undefined)
  return { adminUsername: member('adminUsername'), computerName: member('computerName') }
}

async function interfacesOf(
  context: Needs<'networkInterfaces' | 'virtualNetworks'>,
  call: Call,
  interfaces: HeldMachine['value']['interfaces'],
): Promise<readonly object[]> {
  const shown: object[] = []
  for (const { id } of interfaces) {
    const held = await context.networkInterfaces.get(call, compartmentOfGuid(subscriptionOfArmId(id) ?? ''), [id.toLowerCase()])
    if (held === undefined) continue
    const subnets: { readonly address: string; readonly prefix: string }[] = []
    for (const { subnetId } of held.value.configurations) {
      const { subnet } = await subnetById(context, call, { subnetId, asker: id })
      const [, prefix = ''] = subnet.addressPrefix.split('/')
      subnets.push({ address: ipv4Text(parseIpv4Subnet(subnet.addressPrefix)?.first ?? 0), prefix })
    }
    shown.push({
      ipv4: {
        ipAddress: held.value.configurations.map(({ address }) => ({ privateIpAddress: address, publicIpAddress: '' })),
        subnet: subnets,
      },
      ipv6: { ipAddress: [] },
      macAddress: held.value.macAddress.replaceAll('-', ''),
    })
  }
  return shown
}
