import { z } from 'zod'
import type { Context } from '#domain/context.ts'
import type { Permit } from '#domain/access/permit.ts'
import type { Permission } from '#domain/access/permissions.ts'
import { tierOf } from '#domain/disks/disk-rules.ts'
import { diskScope, diskType, setScope, setType } from '#domain/disks/set-place.ts'
import type { HeldMachine } from '#domain/machines/machine-place.ts'
import type { HeldDisk, HeldSet } from '#domain/disks/disk-standing.ts'
import type { KeyForSet } from '#domain/disks/records.ts'
import { rewrapOf } from '#domain/disks/rewrap.ts'
import type { ResourceIdentity } from '#domain/resources/records.ts'
import type { Scope } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Ask } from '#protocols/http/operation.ts'
import { isoTime, trackedResource, type Listed } from './answers.ts'
import { group, subscriptionId } from './params.ts'

const resourceName = (what: string) =>
  z
    .string()
    .regex(
      /^[a-zA-Z0-9](?:[a-zA-Z0-9_.-]{0,78}[a-zA-Z0-9_])?$/,
      `The ${what} name is invalid: 1 to 80 letters, digits, underscores, periods and hyphens.`,
    )

export const ofSet = z
  .object({ subscriptionId, group, set: resourceName('disk encryption set') })
  .transform(({ set, ...rest }) => ({ ...rest, name: set }))
export const ofDisk = z
  .object({ subscriptionId, group, disk: resourceName('disk') })
  .transform(({ disk, ...rest }) => ({ ...rest, name: disk }))

interface At {
  readonly params: { readonly subscriptionId: string; readonly group: string; readonly name: string }
}
export const atSet = ({ params }: At): Scope => setScope(params)
export const atDisk = ({ params }: At): Scope => diskScope(params)

/** Asks for a resource that the request refers to: a refusal names it as linked (identity-and-arm.md 2.3). */
export function askLinked<P extends Permission>(ask: Ask, permission: P, on: Scope): Permit<P> {
  try {
    return ask(permission, { on })
  } catch (error) {
    if (!(error instanceof Problem) || error.body.code !== 'AccessDenied') throw error
    const { action, scope, oid, appId } = error.body.details
    const details = { action, scope, oid, ...(appId !== undefined && { appId }) }
    throw new Problem({ code: 'LinkedAccessDenied', details }, { cause: error })
  }
}

const keyShape = ({ sourceVaultId, keyUrl }: KeyForSet) => ({
  ...(sourceVaultId !== undefined && { sourceVault: { id: sourceVaultId } }),
  keyUrl,
})

/** A set whose disks are being re-wrapped is `Updating`; one whose re-wrap had to stop, `Failed`: the old key is needed still. */
function stateOfSet(context: Context, set: HeldSet): 'Succeeded' | 'Updating' | 'Failed' {
  if (set.value.previousKeys.length === 0) return 'Succeeded'
  return rewrapOf(context, set) === undefined && set.value.autoKeyRotationError !== undefined ? 'Failed' : 'Updating'
}

/** As resources show it (identity-and-arm.md 2.3). */
export function identityMember({ type, principalId, tenantId, userAssigned }: ResourceIdentity) {
  const userAssignedIdentities = Object.fromEntries(userAssigned.map(({ id, ...ids }) => [id, ids]))
  return {
    type,
    ...(principalId !== undefined && { principalId }),
    ...(type !== 'None' && tenantId !== undefined && { tenantId }),
    ...(userAssigned.length > 0 && { userAssignedIdentities }),
  }
}

export function setShape(context: Context, set: HeldSet): Listed {
  const { value } = set
  return trackedResource(value, {
    type: setType,
    more: { identity: identityMember(value.identity) },
    properties: {
      encryptionType: value.encryptionType,
      activeKey: keyShape(value.activeKey),
      previousKeys: value.previousKeys.map(keyShape),
      rotationToLatestKeyVersionEnabled: value.rotationToLatestKeyVersionEnabled,
      ...(value.federatedClientId !== undefined && { federatedClientId: value.federatedClientId }),
      ...(value.lastKeyRotationAt !== undefined && { lastKeyRotationTimestamp: isoTime(value.lastKeyRotationAt) }),
      ...(value.autoKeyRotationError !== undefined && { autoKeyRotationError: value.autoKeyRotationError }),
      provisioningState: stateOfSet(context, set),
    },
  })
}

const gib = 1024 ** 3

/** `owner`: the machine that has it. A machine that is not run reserves its disks. */
export function diskShape({ value }: HeldDisk, owner?: HeldMachine): Listed {
  const { sku, zones, osType, sizeBytes, encryption } = value
  return trackedResource(value, {
    type: diskType,
    more: {
      ...(owner !== undefined && { managedBy: owner.value.id }),
      sku: { name: sku, tier: tierOf(sku) },
      ...(zones !== undefined && { zones }),
    },
    properties: {
      ...(osType !== undefined && { osType }),
      creationData: {
        createOption: value.createOption,
        ...(value.logicalSectorSize !== undefined && { logicalSectorSize: value.logicalSectorSize }),
      },
      diskSizeGB: sizeBytes / gib,
      diskSizeBytes: sizeBytes,
      encryption: { type: encryption.type, ...(encryption.setId !== undefined && { diskEncryptionSetId: encryption.setId }) },
      networkAccessPolicy: value.networkAccessPolicy,
      publicNetworkAccess: value.publicNetworkAccess,
      ...value.settings,
      timeCreated: isoTime(value.createdAt),
      uniqueId: value.uniqueId,
      diskState: owner === undefined || value.state === 'ActiveSAS' ? value.state : 'Reserved',
      provisioningState: 'Succeeded',
    },
  })
}
