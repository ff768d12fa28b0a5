import { z } from 'zod'
import { diskType } from '#domain/disks/set-place.ts'
import { interfaceType } from '#domain/networks/network-place.ts'
import { locationBody, maybe, tagsBody, tagsPatch, wordOf } from './bodies.ts'
import { identityBody, resourceId } from './compute-bodies.ts'

const notServed = (what: string) =>
  z
    .unknown()
    .optional()
    .refine(value => value === undefined || value === null, `${what} is not served here`)

const caching = maybe(wordOf(['None', 'ReadOnly', 'ReadWrite']))
const attachOnly = wordOf(['FromImage', 'Empty', 'Attach', 'Copy', 'Restore']).refine(
  option => option === 'Attach',
  'createOption must be Attach: disks are made as resources of their own, and there are no images here',
)
const detachOnly = maybe(
  wordOf(['Detach', 'Delete']).refine(
    option => option === 'Detach',
    'deleteOption must be Detach: a machine does not take its disks along',
  ),
)
const managedDisk = z.object({
  id: resourceId(diskType),
  diskEncryptionSet: notServed('diskEncryptionSet of an attached disk: it is set on the disk'),
  securityProfile: notServed('securityProfile'),
})
const diskMembers = { name: maybe(z.string().max(80)), caching, createOption: attachOnly, deleteOption: detachOnly, managedDisk }

const osDisk = z.object({
  ...diskMembers,
  osType: maybe(wordOf(['Linux', 'Windows'])),
  encryptionSettings: notServed('encryptionSettings'),
  diffDiskSettings: notServed('diffDiskSettings (ephemeral disks)'),
})
const dataDisk = z.object({ ...diskMembers, lun: z.int('must be an integer').min(0).max(63), toBeDetached: maybe(z.boolean()) })

const storageProfile = z
  .object({
    imageReference: notServed('imageReference: there are no images, so it'),
    osDisk: maybe(osDisk),
    dataDisks: maybe(z.array(dataDisk)),
  })
  .transform(({ osDisk: os, dataDisks }) => [
    ...(os === undefined
      ? []
      : [{ diskId: os.managedDisk.id.id, name: os.name, caching: os.caching, ...(os.osType !== undefined && { osType: os.osType }) }]),
    ...(dataDisks ?? [])
      .filter(({ toBeDetached }) => toBeDetached !== true)
      .map(({ lun, name, managedDisk: { id }, caching: how }) => ({ diskId: id.id, lun, name, caching: how })),
  ])

const interfaceProperties = z.object({ primary: maybe(z.boolean()), deleteOption: detachOnly })

const networkProfile = z
  .object({
    networkInterfaces: maybe(
      z.array(
        z.object({
          id: resourceId(interfaceType),
          properties: maybe(interfaceProperties),
        }),
      ),
    ),
    networkInterfaceConfigurations: notServed('networkInterfaceConfigurations: interfaces are resources of their own, so it'),
  })
  .transform(({ networkInterfaces }) => (networkInterfaces ?? []).map(interfaceOf))

const interfaceOf = ({
  id,
  properties,
}: {
  readonly id: { readonly id: string }
  readonly properties: z.output<typeof interfaceProperties> | undefined
}) => {
  const { primary, deleteOption } = properties ?? {}
  return Object.assign({ id: id.id }, primary !== undefined && { primary }, deleteOption !== undefined && { deleteOption })
}

const json = maybe(z.record(z.string(), z.json()))
/** The password and the data for the first boot go nowhere: there is no guest, and who reads a machine shall not read them. */
const osProfile = maybe(
  z.object({
    computerName: maybe(z.string().max(64)),
    adminUsername: maybe(z.string().max(64)),
    linuxConfiguration: json,
    windowsConfiguration: json,
    allowExtensionOperations: maybe(z.boolean()),
    requireGuestProvisionSignal: maybe(z.boolean()),
    secrets: maybe(z.array(z.unknown()).max(0, 'secrets of an osProfile are not served here')),
  }),
)

/** The service's own answer where the subscription's feature is not registered (disk-encryption.md A.4). */
const atHost =
  "The property 'securityProfile.encryptionAtHost' is not valid because the 'Microsoft.Compute/EncryptionAtHost' feature is not enabled for this subscription"
const securityProfile = maybe(
  z.object({
    encryptionAtHost: maybe(z.boolean().refine(on => !on, atHost)),
    securityType: maybe(
      wordOf(['Standard', 'TrustedLaunch', 'ConfidentialVM']).refine(
        type => type === 'Standard',
        'securityType must be Standard: there are no trusted-launch or confidential machines here',
      ),
    ),
    uefiSettings: notServed('uefiSettings'),
    encryptionIdentity: notServed('encryptionIdentity'),
  }),
)

const kept = {
  osProfile,
  securityProfile,
  diagnosticsProfile: json,
  priority: maybe(wordOf(['Regular', 'Low', 'Spot'])),
  evictionPolicy: maybe(wordOf(['Deallocate', 'Delete'])),
  billingProfile: json,
  licenseType: maybe(z.string().max(64)),
  scheduledEventsProfile: json,
  additionalCapabilities: json,
  extensionsTimeBudget: maybe(z.string().max(16)),
  /** Base64. */
  userData: maybe(z.string().max(87_384)),
}

const properties = z.object({
  hardwareProfile: maybe(z.object({ vmSize: maybe(z.string().min(1).max(80)) })),
  storageProfile: maybe(storageProfile),
  networkProfile: maybe(networkProfile),
  availabilitySet: notServed('availabilitySet'),
  virtualMachineScaleSet: notServed('virtualMachineScaleSet'),
  proximityPlacementGroup: notServed('proximityPlacementGroup'),
  host: notServed('host'),
  hostGroup: notServed('hostGroup'),
  capacityReservation: notServed('capacityReservation'),
  applicationProfile: notServed('applicationProfile'),
  ...kept,
})

const isKept = (name: string): boolean => Object.hasOwn(kept, name)
const keptRecord = z.record(z.string(), z.json())
/** Members that are not there change nothing, at whatever depth: JSON has no `undefined`. */
const keptOf = (p: z.output<typeof properties> | undefined) =>
  keptRecord.parse(JSON.parse(JSON.stringify(Object.fromEntries(Object.entries(p ?? {}).filter(([name]) => isKept(name))))))

const wishesOf = ({
  zones,
  properties: p,
}: {
  readonly zones: string[] | undefined
  readonly properties: z.output<typeof properties> | undefined
}) => ({
  size: p?.hardwareProfile?.vmSize,
  zones,
  disks: p?.storageProfile,
  interfaces: p?.networkProfile,
  kept: keptOf(p),
})

const members = { identity: maybe(identityBody), zones: maybe(z.array(z.string())), properties: maybe(properties), plan: notServed('plan') }
const notAnObject = 'the body must be a JSON object'

export const machineBody = z
  .object({ location: locationBody, tags: tagsBody, ...members }, notAnObject)
  .transform(({ location, tags, identity: who, ...rest }) => ({ location, tags, identity: who, wishes: wishesOf(rest) }))
export const machinePatch = z
  .object({ tags: tagsPatch, ...members }, notAnObject)
  .transform(({ tags, identity: who, ...rest }) => ({ tags, identity: who, wishes: wishesOf(rest) }))
