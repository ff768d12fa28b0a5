import type { Disk } from '@azure/arm-compute'
import { expect, type Seen } from '#demo/told.ts'
import { called, refusalOf, type Azure } from '#tests/clients/azure.ts'
import type { Instance } from '#tests/clients/instance.ts'
import type { House } from './key-and-set.ts'
import type { People } from './sign-in.ts'

export interface Held {
  readonly disk: { readonly name: string; readonly id: string }
  /** Name of the assignment that lets the set use its key. */
  readonly assignment: string
}

export const encryptionUser = 'Key Vault Crypto Service Encryption User'

/** A disk before its set has the role: refused in the service's words. With it: made. */
export async function roleDecides({ environment }: Instance, { builder }: People, house: House): Promise<Seen<Held>> {
  const { location } = environment
  const refused = await refusalOf('a disk before its set has a role', makeDisk(builder, { house, name: called('disk'), location }))
  expect(refused.code === 'KeyVaultAccessForbidden', `refused with ${refused.code}: ${refused.message}`)
  expect(refused.message.includes(house.key.id ?? '?'), `the refusal does not name the key: ${refused.message}`)
  const assignment = await builder.assign(encryptionUser, house.set.principalId, house.keyScope)
  const name = called('disk')
  const disk = await makeDisk(builder, { house, name, location })
  expect(disk.provisioningState === 'Succeeded' && disk.id !== undefined, `the disk is ${disk.provisioningState}`)
  return { made: { disk: { name, id: disk.id }, assignment }, told: `refused, ${refused.code}; made once it has the role` }
}

async function makeDisk(
  azure: Azure,
  { house, name, location }: { readonly house: House; readonly name: string; readonly location: string },
): Promise<Disk> {
  return azure.compute.disks.createOrUpdate(house.group, name, {
    location,
    sku: { name: 'Premium_LRS' },
    creationData: { createOption: 'Empty' },
    diskSizeGB: 1,
    encryption: { type: 'EncryptionAtRestWithCustomerKey', diskEncryptionSetId: house.set.id },
  })
}
