import { z } from 'zod'
import { millis } from '#model/brands.ts'
import { resourceEnvelope, resourceIdentity } from '#domain/resources/records.ts'
import { family } from '#domain/records/family.ts'

const keyForSet = z.object({ sourceVaultId: z.string().optional(), keyUrl: z.string() })
export type KeyForSet = z.output<typeof keyForSet>

export const setEncryptionTypes = [
  'EncryptionAtRestWithCustomerKey',
  'EncryptionAtRestWithPlatformAndCustomerKeys',
  'ConfidentialVmEncryptedWithCustomerKey',
] as const
export const diskEncryptionTypes = [
  'EncryptionAtRestWithPlatformKey',
  'EncryptionAtRestWithCustomerKey',
  'EncryptionAtRestWithPlatformAndCustomerKeys',
] as const

const diskEncryptionSet = z.object({
  ...resourceEnvelope,
  identity: resourceIdentity,
  encryptionType: z.enum(setEncryptionTypes),
  /** The application that its identity acts as in the tenant of a key that is another's. */
  federatedClientId: z.string().optional(),
  activeKey: keyForSet,
  /** Filled only while its disks are re-wrapped. */
  previousKeys: z.array(keyForSet),
  rotationToLatestKeyVersionEnabled: z.boolean(),
  lastKeyRotationAt: z.number().int().optional(),
  autoKeyRotationError: z.object({ code: z.string(), message: z.string() }).optional(),
  /** When the scheduler must look whether the key has a newer version. */
  dueAt: z.number().int().optional(),
})
export type DiskEncryptionSet = z.output<typeof diskEncryptionSet>

/** In the subscription's compartment; path: ARM id in lower case. */
export const diskEncryptionSets = family<DiskEncryptionSet, readonly [armId: string]>({
  name: 'diskEncryptionSets',
  schema: diskEncryptionSet,
  format: 1,
  residency: 'resident',
  ruling: false,
  dueAt: value => (value.dueAt === undefined ? undefined : millis(value.dueAt)),
})

/** Disks under a set: what `associatedResources` lists and a re-wrap walks. */
export const setTag = (setId: string): readonly [string, string] => ['set', setId.toLowerCase()]
export const exportTag = (exportName: string): readonly [string, string] => ['export', exportName]
/** Found by the host name of its access links. */
export const linkTag = (label: string): readonly [string, string] => ['link', label]
/** 16 hex digits that tell a disk's link from all others, the same while the disk lives: a revoked link is told from one that never was. */
export const linkLabel = ({ uniqueId }: { readonly uniqueId: string }): string => uniqueId.replaceAll('-', '').slice(0, 16)

/** One pass over the bytes. A platform DEK is the disk record's material at `dekId`; a customer one stands here wrapped by the set's key. */
const diskLayer = z.object({
  dekId: z.string(),
  by: z.enum(['platform', 'customer']),
  wrapped: z.object({ keyUrl: z.string(), algorithm: z.string(), value: z.string() }).optional(),
})
export type DiskLayer = z.output<typeof diskLayer>

export const diskSettings = z.object({
  tier: z.string().optional(),
  maxShares: z.number().int().optional(),
  burstingEnabled: z.boolean().optional(),
  hyperVGeneration: z.string().optional(),
  dataAccessAuthMode: z.string().optional(),
  diskIOPSReadWrite: z.number().int().optional(),
  diskMBpsReadWrite: z.number().int().optional(),
  optimizedForFrequentAttach: z.boolean().optional(),
})
export type DiskSettings = z.output<typeof diskSettings>

/** A link to the disk's bytes that is out. Who has it may read them until it is taken back or has run out. */
const accessGrant = z.object({
  /** A GUID: names the grant in the link (`si`) and in the audit. */
  id: z.string(),
  /** SHA-256 of the link's signature, in hex: the signature itself is kept nowhere. */
  digest: z.string(),
  grantedAt: z.number().int(),
  expiresAt: z.number().int(),
})
export type AccessGrant = z.output<typeof accessGrant>

const disk = z.object({
  ...resourceEnvelope,
  /** 32 hex digits: names its chunks. */
  diskId: z.string(),
  uniqueId: z.string(),
  sku: z.string(),
  sizeBytes: z.number().int(),
  createOption: z.string(),
  logicalSectorSize: z.number().int().optional(),
  encryption: z.object({ type: z.enum(diskEncryptionTypes), setId: z.string().optional() }),
  /** Outermost first: platform over customer where there are two. */
  layers: z.array(diskLayer).min(1),
  /** `ActiveSAS` while `access` is there. */
  state: z.enum(['Unattached', 'ActiveSAS']),
  access: accessGrant.optional(),
  networkAccessPolicy: z.enum(['AllowAll', 'AllowPrivate', 'DenyAll']),
  publicNetworkAccess: z.enum(['Enabled', 'Disabled']),
  zones: z.array(z.string()).optional(),
  osType: z.string().optional(),
  /** What is kept and told again, and changes nothing here: tier, shares, bursting. */
  settings: diskSettings.optional(),
  /** Name of its export: the subscription's 32 hex digits, a point and 32 random ones; unguessable, the same while the disk lives. */
  exportName: z.string(),
  epoch: z.number().int(),
})
export type Disk = z.output<typeof disk>

/** In the subscription's compartment; path: ARM id in lower case. Found by its set, its export's name and its links' host too. */
export const disks = family<Disk, readonly [armId: string]>({
  name: 'disks',
  schema: disk,
  format: 1,
  residency: 'resident',
  ruling: false,
  tags: ({ encryption, exportName, uniqueId }) => [
    exportTag(exportName),
    linkTag(linkLabel({ uniqueId })),
    ...(encryption.setId === undefined ? [] : [setTag(encryption.setId)]),
  ],
  dueAt: ({ access }) => (access === undefined ? undefined : millis(access.expiresAt)),
})
