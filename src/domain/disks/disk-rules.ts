import { fixed, invalid, notNow } from '#domain/resources/arm-refusal.ts'
import type { Disk, DiskSettings } from './records.ts'

/** disk-encryption.md A.2: names of disk SKUs, and what only some of them can. */
export const diskSkus = {
  Standard_LRS: { tier: 'Standard', zoneRedundant: false, ultra: false },
  Premium_LRS: { tier: 'Premium', zoneRedundant: false, ultra: false },
  StandardSSD_LRS: { tier: 'Standard', zoneRedundant: false, ultra: false },
  UltraSSD_LRS: { tier: 'Ultra', zoneRedundant: false, ultra: true },
  Premium_ZRS: { tier: 'Premium', zoneRedundant: true, ultra: false },
  StandardSSD_ZRS: { tier: 'Standard', zoneRedundant: true, ultra: false },
  PremiumV2_LRS: { tier: 'Premium', zoneRedundant: false, ultra: true },
} as const satisfies Record<string, { readonly tier: string; readonly zoneRedundant: boolean; readonly ultra: boolean }>
export type DiskSku = keyof typeof diskSkus
const isSku = (name: string): name is DiskSku => Object.hasOwn(diskSkus, name)

/** What an answer says beside the name of a SKU. */
export const tierOf = (sku: string): string => diskSkus[skuOf(sku)].tier

const gib = 1024 ** 3
/** The largest upload is of 32,767 GiB and its footer (disk-encryption.md A.2). */
const sizeGibMax = 32_767

/** What a request asks of a disk; absent members keep what is there, or take the service's default. */
export interface DiskWishes {
  readonly sku: string | undefined
  readonly createOption: string | undefined
  readonly logicalSectorSize: number | undefined
  readonly sizeGb: number | undefined
  readonly encryptionType: Disk['encryption']['type'] | undefined
  /** ARM id; empty: none, as az sends it when it switches back. */
  readonly setId: string | undefined
  readonly networkAccessPolicy: Disk['networkAccessPolicy'] | undefined
  readonly diskAccessId: string | undefined
  readonly publicNetworkAccess: Disk['publicNetworkAccess'] | undefined
  readonly osType: string | undefined
  readonly zones: readonly string[] | undefined
  readonly settings: DiskSettings
}

/** All that is no encryption. */
export type DiskShape = Pick<
  Disk,
  | 'sku'
  | 'createOption'
  | 'logicalSectorSize'
  | 'sizeBytes'
  | 'networkAccessPolicy'
  | 'publicNetworkAccess'
  | 'osType'
  | 'zones'
  | 'settings'
>

/** The shape of a new disk. Raises `ArmRefused`. */
export function newShape(wishes: DiskWishes): DiskShape {
  if (wishes.createOption === undefined) throw invalid('creationData.createOption', "The property 'creationData.createOption' is required.")
  if (wishes.createOption !== 'Empty')
    throw invalid(
      'creationData.createOption',
      `Disks are created empty here: createOption '${wishes.createOption}' is not served. Create an Empty disk and write to its export.`,
    )
  if (wishes.sizeGb === undefined) throw invalid('diskSizeGB', "The property 'diskSizeGB' is required for an Empty disk.")
  const sku = skuOf(wishes.sku ?? 'Standard_LRS')
  return {
    sku,
    createOption: 'Empty',
    sizeBytes: sizeOf(wishes.sizeGb),
    networkAccessPolicy: policyOf(wishes, 'AllowAll'),
    publicNetworkAccess: wishes.publicNetworkAccess ?? 'Enabled',
    ...sectorOf(wishes.logicalSectorSize, sku),
    ...(wishes.osType !== undefined && { osType: wishes.osType }),
    ...zonesOf(wishes.zones, sku),
    settings: settingsOf(wishes.settings, sku),
  }
}

/** The shape of a disk that is there, changed. Raises `ArmRefused`. */
export function changedShape(was: Disk, wishes: DiskWishes): DiskShape {
  assertFixed(was, wishes)
  const sku = wishes.sku === undefined ? skuOf(was.sku) : skuOf(wishes.sku)
  if (diskSkus[sku].ultra !== diskSkus[skuOf(was.sku)].ultra) throw notNow(`A disk cannot change between '${was.sku}' and '${sku}'.`)
  const osType = wishes.osType ?? was.osType
  return {
    sku,
    createOption: was.createOption,
    sizeBytes: wishes.sizeGb === undefined ? was.sizeBytes : grown(was, sizeOf(wishes.sizeGb)),
    networkAccessPolicy: policyOf(wishes, was.networkAccessPolicy),
    publicNetworkAccess: wishes.publicNetworkAccess ?? was.publicNetworkAccess,
    ...(was.logicalSectorSize !== undefined && { logicalSectorSize: was.logicalSectorSize }),
    ...(osType !== undefined && { osType }),
    ...(was.zones !== undefined && { zones: was.zones }),
    settings: settingsOf({ ...was.settings, ...wishes.settings }, sku),
  }
}

function assertFixed(was: Disk, { createOption, logicalSectorSize, zones }: DiskWishes): void {
  if (createOption !== undefined && createOption !== was.createOption) throw fixed('creationData.createOption')
  if (logicalSectorSize !== undefined && logicalSectorSize !== was.logicalSectorSize) throw fixed('creationData.logicalSectorSize')
  if (zones !== undefined && zones.join() !== (was.zones ?? []).join()) throw fixed('zones')
}

function skuOf(name: string): DiskSku {
  if (isSku(name)) return name
  throw invalid('sku.name', `The disk SKU '${name.slice(0, 64)}' is not known. Known are ${Object.keys(diskSkus).join(', ')}.`)
}

function sizeOf(sizeGb: number): number {
  if (!Number.isInteger(sizeGb) || sizeGb < 1 || sizeGb > sizeGibMax)
    throw invalid('diskSizeGB', `The disk size must be a whole number of GiB from 1 to ${sizeGibMax}.`)
  return sizeGb * gib
}

function grown({ sizeBytes, name }: Disk, wanted: number): number {
  if (wanted < sizeBytes) throw notNow(`The disk '${name}' cannot be made smaller: disks only grow.`)
  return wanted
}

function policyOf({ networkAccessPolicy, diskAccessId }: DiskWishes, otherwise: Disk['networkAccessPolicy']): Disk['networkAccessPolicy'] {
  const policy = networkAccessPolicy ?? otherwise
  if (networkAccessPolicy === 'AllowPrivate' || diskAccessId !== undefined)
    throw invalid('networkAccessPolicy', "Disk accesses (private endpoints) are not served here: use 'DenyAll' or 'AllowAll'.")
  return policy
}

function sectorOf(size: number | undefined, sku: DiskSku): { logicalSectorSize?: number } {
  if (!diskSkus[sku].ultra) {
    if (size === undefined || size === 512) return {}
    throw invalid(
      'creationData.logicalSectorSize',
      `The logical sector size can be chosen for UltraSSD_LRS and PremiumV2_LRS, not for '${sku}'.`,
    )
  }
  if (size !== undefined && size !== 512 && size !== 4096)
    throw invalid('creationData.logicalSectorSize', 'The logical sector size is 512 or 4096.')
  return { logicalSectorSize: size ?? 4096 }
}

function zonesOf(zones: readonly string[] | undefined, sku: DiskSku): { zones?: string[] } {
  if (zones === undefined || zones.length === 0) return {}
  if (diskSkus[sku].zoneRedundant) throw invalid('zones', `A zone-redundant disk ('${sku}') names no zones.`)
  if (zones.length > 1 || !['1', '2', '3'].includes(zones[0] ?? '')) throw invalid('zones', "A disk is in one zone: '1', '2' or '3'.")
  return { zones: [...zones] }
}

function settingsOf(settings: DiskSettings, sku: DiskSku): DiskSettings {
  const { maxShares, diskIOPSReadWrite, diskMBpsReadWrite } = settings
  if (maxShares !== undefined && (maxShares < 1 || maxShares > 15)) throw invalid('maxShares', 'maxShares is a number from 1 to 15.')
  if (!diskSkus[sku].ultra && (diskIOPSReadWrite !== undefined || diskMBpsReadWrite !== undefined))
    throw invalid('diskIOPSReadWrite', `IOPS and MBps can be chosen for UltraSSD_LRS and PremiumV2_LRS, not for '${sku}'.`)
  return settings
}

const platform = 'EncryptionAtRestWithPlatformKey'
const customer = 'EncryptionAtRestWithCustomerKey'
const double = 'EncryptionAtRestWithPlatformAndCustomerKeys'

/**
 * The three types and their contradictions (disk-encryption.md A.2, requirements E18). `setId` of the result names what must be found; a set
 * without a type means its customer's key. Raises `ArmRefused`.
 */
export function encryptionWanted(wishes: DiskWishes, sku: string, otherwise: Disk['encryption']): Disk['encryption'] {
  const { encryptionType, setId } = wishes
  if (encryptionType === undefined && setId === undefined) return otherwise
  const named = setId === '' ? undefined : setId
  const type = encryptionType ?? (named === undefined ? platform : customer)
  if (type !== platform) return withSet(type, sku, setId === undefined ? otherwise.setId : named)
  if (named !== undefined) throw invalid('encryption', 'Resource is encrypted with platform key has disk encryption set id specified.')
  return { type }
}

function withSet(type: Disk['encryption']['type'], sku: string, setId: string | undefined): Disk['encryption'] {
  if (setId === undefined)
    throw invalid(
      'encryption.diskEncryptionSetId',
      `The encryption type '${type}' needs a disk encryption set: diskEncryptionSetId is missing.`,
    )
  if (type === double && diskSkus[skuOf(sku)].ultra)
    throw invalid('encryption.type', `Double encryption is not available for disks of the SKU '${sku}'.`)
  return { type, setId }
}
