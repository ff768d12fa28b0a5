import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { diskByArmId, setByArmId } from '#domain/disks/disk-standing.ts'
import type { Disk, DiskEncryptionSet } from '#domain/disks/records.ts'
import { disksUnder } from '#domain/disks/rewrap.ts'
import type { VirtualMachine } from '#domain/machines/records.ts'
import { bad, checked, good, note, type Checked, type CheckItem } from './item.ts'
import { setChecks } from './set-checks.ts'

export async function checkedSet(context: Context, call: Call, set: DiskEncryptionSet): Promise<Checked> {
  const held = await setByArmId(context, call, set.id)
  const bound = held === undefined ? 0 : (await disksUnder(context, call, { set: held, after: -1, limit: boundMax })).length
  const disks = note('disks', `${bound === boundMax ? 'at least ' : ''}${bound} disks under it`)
  const items = await setChecks(context, call, { set, keyUrl: set.activeKey.keyUrl })
  return checked({ kind: 'diskEncryptionSet', id: set.id, name: set.name }, [...items, disks])
}

const boundMax = 1_000

/** Its own layers, and the whole checklist of the set that it is under, of the version that its data key is wrapped by. */
export async function checkedDisk(context: Context, call: Call, disk: Disk): Promise<Checked> {
  return checked({ kind: 'disk', id: disk.id, name: disk.name }, await diskItems(context, call, disk))
}

async function diskItems(context: Context, call: Call, disk: Disk): Promise<readonly CheckItem[]> {
  const { setId } = disk.encryption
  if (setId === undefined)
    return [
      bad('set', `${disk.name} is encrypted with the platform key alone, under no disk encryption set`, [
        `az disk update -g ${disk.id.split('/')[4] ?? ''} -n ${disk.name} --encryption-type EncryptionAtRestWithCustomerKey --disk-encryption-set SET`,
      ]),
    ]
  const set = await setByArmId(context, call, setId)
  if (set === undefined) return [bad('set', `the disk encryption set ${setId} is gone`)]
  const keyUrl = disk.layers.find(({ wrapped }) => wrapped !== undefined)?.wrapped?.keyUrl ?? set.value.activeKey.keyUrl
  const items = await setChecks(context, call, { set: set.value, keyUrl })
  const double = disk.layers.length > 1 ? ', and the platform key above it' : ''
  const bound = good('set', `set ${set.value.name}: ${disk.encryption.type}${double}`)
  return [
    ...items.filter(({ check }) => check === 'identity' || check === 'role'),
    bound,
    ...items.filter(({ check }) => check !== 'identity' && check !== 'role'),
  ]
}

/** Each disk of it, by its own checklist; those that are under no set are told as such. */
export async function checkedMachine(context: Context, call: Call, machine: VirtualMachine): Promise<Checked> {
  const items: CheckItem[] = []
  for (const { diskId, lun } of machine.disks) {
    const disk = await diskByArmId(context, call, diskId)
    const place = lun === undefined ? 'OS disk' : `data disk ${lun}`
    if (disk === undefined) items.push(bad('disk', `${place} ${diskId} is gone`))
    else
      for (const item of await diskItems(context, call, disk.value))
        items.push({ ...item, text: `${place} ${disk.value.name}: ${item.text}` })
  }
  const of = { kind: 'virtualMachine', id: machine.id, name: machine.name } as const
  return checked(of, items.length === 0 ? [note('disk', 'it has no disks')] : items)
}
