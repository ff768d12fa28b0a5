import { z } from 'zod'
import { diskEncryptionTypes, diskSettings, setEncryptionTypes } from '#domain/disks/records.ts'
import { setType } from '#domain/disks/set-place.ts'
import { vaultType } from '#domain/resources/set-vault.ts'
import { identityType } from '#domain/resources/user-assigned-identities.ts'
import { formatArmId, isGuid, parseArmId } from '#protocols/azure/arm-ids.ts'
import { locationBody, maybe, tagsBody, tagsPatch, wordOf } from './bodies.ts'

const flag = maybe(z.boolean('must be a boolean'))

/** The parts of an ARM id of one type of resource in a group; `undefined` for every other text. */
function resourceOf(text: string, type: string) {
  const id = parseArmId(text)
  if (id?.group === undefined || id.extension !== undefined) return undefined
  const [name] = id.names
  const its = [id.provider, ...id.types].join('/')
  if (name === undefined || its.toLowerCase() !== type.toLowerCase()) return undefined
  return { id: formatArmId(id), subscriptionId: id.subscriptionId, group: id.group, name }
}

export const resourceId = (type: string) =>
  z.string().transform((text, context) => {
    const found = resourceOf(text, type)
    if (found !== undefined) return found
    context.addIssue({ code: 'custom', message: `must be the id of a ${type}` })
    return z.NEVER
  })

const identityId = resourceId(identityType)
const vaultId = resourceId(vaultType)
const setId = resourceId(setType)

const identityTypes = ['SystemAssigned', 'UserAssigned', 'SystemAssigned, UserAssigned', 'None'] as const

/** `null` takes an identity away by a PATCH; a PUT names those that stay. */
export const identityBody = z
  .object({
    // Some clients write the double type without its space.
    type: z.preprocess(type => (typeof type === 'string' ? type.replace(/,\s*/, ', ') : type), wordOf(identityTypes)),
    userAssignedIdentities: maybe(z.record(z.string(), z.unknown())),
  })
  .transform(({ type, userAssignedIdentities }, context) => {
    const named = Object.entries(userAssignedIdentities ?? {}).map(([id, value]) => ({
      stays: value !== null,
      parsed: identityId.safeParse(id),
    }))
    if (named.some(({ parsed }) => !parsed.success))
      context.addIssue({ code: 'custom', message: 'userAssignedIdentities must be ids of user assigned identities' })
    const those = (stays: boolean) => named.flatMap(one => (one.stays === stays && one.parsed.success ? [one.parsed.data] : []))
    return { type, userAssigned: those(true), removed: those(false).map(({ id }) => id) }
  })

const activeKey = z
  .object({ keyUrl: z.string('keyUrl must be a string').max(2048), sourceVault: maybe(z.object({ id: vaultId })) })
  .transform(({ keyUrl, sourceVault }) => ({ keyUrl, ...(sourceVault !== undefined && { sourceVaultId: sourceVault.id.id }) }))

/** What takes the application away: absent is something else. */
const noApplication = ''

const setProperties = z.object({
  activeKey: maybe(activeKey),
  encryptionType: maybe(
    wordOf(setEncryptionTypes).refine(
      type => type !== 'ConfidentialVmEncryptedWithCustomerKey',
      'ConfidentialVmEncryptedWithCustomerKey needs confidential virtual machines, which are not served here',
    ),
  ),
  rotationToLatestKeyVersionEnabled: flag,
  federatedClientId: maybe(
    z
      .string()
      .refine(id => id === 'None' || id === '' || isGuid(id), 'federatedClientId must be the client id of an application, or None')
      .transform(id => (isGuid(id) ? id.toLowerCase() : noApplication)),
  ),
})

const setWishes = ({
  identity: who,
  properties,
}: {
  identity: z.output<typeof identityBody> | undefined
  properties: z.output<typeof setProperties> | undefined
}) => ({
  identity: who,
  encryptionType: properties?.encryptionType,
  activeKey: properties?.activeKey,
  follows: properties?.rotationToLatestKeyVersionEnabled,
  federatedClientId: properties?.federatedClientId === noApplication ? null : properties?.federatedClientId,
})

const setMembers = { identity: maybe(identityBody), properties: maybe(setProperties) }
const notAnObject = 'the body must be a JSON object'
export const setBody = z
  .object({ location: locationBody, tags: tagsBody, ...setMembers }, notAnObject)
  .transform(({ location, tags, ...rest }) => ({ location, tags, wishes: setWishes(rest) }))
export const setPatch = z
  .object({ tags: tagsPatch, ...setMembers }, notAnObject)
  .transform(({ tags, ...rest }) => ({ tags, wishes: setWishes(rest) }))

const createOptions = [
  'Empty',
  'Attach',
  'FromImage',
  'Import',
  'Copy',
  'Restore',
  'Upload',
  'CopyStart',
  'ImportSecure',
  'UploadPreparedSecure',
  'CopyFromSanSnapshot',
] as const

const encryption = z.object({
  type: maybe(wordOf(diskEncryptionTypes)),
  // az sends it empty when it switches back to the platform's key.
  diskEncryptionSetId: maybe(z.union([z.literal(''), setId.transform(({ id }) => id)], 'must be the id of a disk encryption set')),
})

const absent = (message: string, absentValue: (value: unknown) => boolean = () => false) =>
  z
    .unknown()
    .optional()
    .refine(value => value === undefined || value === null || absentValue(value), message)

const enabledIsFalse = (value: unknown): boolean => z.object({ enabled: z.literal(false) }).safeParse(value).success
const isStandard = (value: unknown): boolean => z.object({ securityType: z.literal('Standard') }).safeParse(value).success

/** Kept and told again. */
const settings = {
  tier: maybe(z.string().max(16)),
  maxShares: maybe(z.int('must be an integer')),
  burstingEnabled: flag,
  hyperVGeneration: maybe(wordOf(['V1', 'V2'])),
  dataAccessAuthMode: maybe(wordOf(['None', 'AzureActiveDirectory'])),
  diskIOPSReadWrite: maybe(z.int('must be an integer')),
  diskMBpsReadWrite: maybe(z.int('must be an integer')),
  optimizedForFrequentAttach: flag,
}

const diskProperties = z.object({
  creationData: maybe(z.object({ createOption: maybe(wordOf(createOptions)), logicalSectorSize: maybe(z.int()) })),
  diskSizeGB: maybe(z.number('must be a number')),
  encryption: maybe(encryption),
  networkAccessPolicy: maybe(wordOf(['AllowAll', 'AllowPrivate', 'DenyAll'])),
  diskAccessId: maybe(z.string()),
  publicNetworkAccess: maybe(wordOf(['Enabled', 'Disabled'])),
  // Terraform sends it empty for a disk of data (terraform-and-clients.md 3.2).
  osType: z.preprocess(value => (value === '' ? undefined : value), maybe(wordOf(['Linux', 'Windows']))),
  encryptionSettingsCollection: absent('encryptionSettingsCollection (Azure Disk Encryption) is not served here', enabledIsFalse),
  securityProfile: absent('securityProfile is not served here: there are no confidential or trusted-launch machines', isStandard),
  ...settings,
})

type Properties = z.output<typeof diskProperties>

/** Members that are not there change nothing. */
const settingsOf = (p: Properties) => diskSettings.parse(Object.fromEntries(Object.keys(settings).flatMap(name => present(name, p))))
const present = (name: string, p: Properties): [string, unknown][] => {
  const [, value] = Object.entries(p).find(([member]) => member === name) ?? []
  return value === undefined ? [] : [[name, value]]
}

interface DiskParts {
  readonly sku: { readonly name: string } | undefined
  readonly zones: readonly string[] | undefined
  readonly properties: Properties | undefined
}

/** What a body asks of a disk. */
function diskWishes({ sku, zones, properties }: DiskParts) {
  const p = properties ?? diskProperties.parse({})
  return {
    sku: sku?.name,
    createOption: p.creationData?.createOption,
    logicalSectorSize: p.creationData?.logicalSectorSize,
    sizeGb: p.diskSizeGB,
    encryptionType: p.encryption?.type,
    setId: p.encryption?.diskEncryptionSetId,
    networkAccessPolicy: p.networkAccessPolicy,
    diskAccessId: p.diskAccessId,
    publicNetworkAccess: p.publicNetworkAccess,
    osType: p.osType,
    zones,
    settings: settingsOf(p),
  }
}

const diskMembers = {
  sku: maybe(z.object({ name: z.string('must be a string') })),
  zones: maybe(z.array(z.string())),
  properties: maybe(diskProperties),
}
export const diskBody = z
  .object({ location: locationBody, tags: tagsBody, ...diskMembers }, notAnObject)
  .transform(({ location, tags, ...rest }) => ({ location, tags, wishes: diskWishes(rest) }))
export const diskPatch = z
  .object({ tags: tagsPatch, ...diskMembers }, notAnObject)
  .transform(({ tags, ...rest }) => ({ tags, wishes: diskWishes(rest) }))

/** 32 bits: what the service's own definition takes for a duration. */
const secondsMax = 0xffff_ffff
const durationRule = `durationInSeconds must be a whole number from 1 to ${secondsMax}`

export const grantAccessBody = z.object(
  {
    access: wordOf(['None', 'Read', 'Write']),
    durationInSeconds: z.int(durationRule).min(1, durationRule).max(secondsMax, durationRule),
    fileFormat: maybe(wordOf(['VHD', 'VHDX']).refine(format => format === 'VHD', 'VHDX is not served here: links give a fixed VHD')),
    getSecureVMGuestStateSAS: maybe(z.literal(false, 'there are no confidential machines here, and no state of theirs')),
  },
  notAnObject,
)
