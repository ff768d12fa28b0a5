// For tests alone: a group with an owner, a vault with a key, and the means to put disks under it. Everything is made by its verb.
import { scopeOf } from '#model/brands.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { keyGround, officer, subscriptionId, tenantId, type KeyGround, type VaultChanges } from '#domain/keys/testing.ts'
import { rotateKey } from '#domain/keys/rotate-key.ts'
import { updateKey } from '#domain/keys/update-key.ts'
import { identityScope } from '#domain/resources/user-assigned-identities.ts'
import { createGroup } from '#domain/resources/groups.ts'
import type { Vault } from '#domain/resources/records.ts'
import { keyScope } from '#domain/keys/reference.ts'
import type { DiskWishes } from './disk-rules.ts'
import type { HeldDisk, HeldSet } from './disk-standing.ts'
import { putDisk } from './set-disk.ts'
import { putSet, type SetAnswer, type SetWishes } from './set-disk-encryption-set.ts'
import { diskScope, setScope, type ComputeName } from './set-place.ts'

const ownerRoleId = '8e3af657-a8ff-443c-a75c-2fe8c4bcb635'
export const encryptionUserRoleId = 'e147488a-f6f5-4113-8e2d-b22465e65bf6'

export const named = (name: string): ComputeName => ({ subscriptionId, group: 'g', name })

export const noSetWishes: SetWishes = { identity: undefined, encryptionType: undefined, activeKey: undefined, follows: undefined }
export const noDiskWishes: DiskWishes = {
  sku: undefined,
  createOption: undefined,
  logicalSectorSize: undefined,
  sizeGb: undefined,
  encryptionType: undefined,
  setId: undefined,
  networkAccessPolicy: undefined,
  diskAccessId: undefined,
  publicNetworkAccess: undefined,
  osType: undefined,
  zones: undefined,
  settings: {},
}
export const emptyDisk: DiskWishes = { ...noDiskWishes, createOption: 'Empty', sizeGb: 1 }

export interface DiskGround extends KeyGround {
  readonly vault: Vault
  readonly keyUrl: (version: string, name?: string) => string
  /** First version of the key `cmk`. */
  readonly version: string
  readonly putSet: (name: string, wishes?: Partial<SetWishes>) => Promise<SetAnswer>
  readonly putDisk: (name: string, wishes?: Partial<DiskWishes>) => Promise<HeldDisk>
  /** A set with its role, and one disk under it. */
  readonly setWithDisk: (wishes?: Partial<SetWishes>) => Promise<{ readonly set: HeldSet; readonly disk: HeldDisk }>
  readonly give: (principalId: string | undefined) => Promise<void>
  readonly take: (principalId: string | undefined) => Promise<void>
  readonly able: (version: string, enabled: boolean) => Promise<void>
  readonly rotate: () => Promise<string>
  readonly set: (name?: string) => HeldSet
  readonly disk: (name?: string) => HeldDisk
}

export async function diskGround(vaultChanges: VaultChanges = { enablePurgeProtection: true }): Promise<DiskGround> {
  const ground = await keyGround()
  const { context } = ground
  const vault = await ground.addVault('kv1', vaultChanges)
  await bringUp(ground)
  const version = await ground.addKey(vault, 'cmk', { type: 'RSA' })
  const making = makingIn(ground, { vault, version })
  return {
    ...ground,
    ...making,
    ...keysIn(ground, vault),
    vault,
    version,
    keyUrl,
    async setWithDisk(wishes = {}) {
      const { set } = await making.putSet('des', wishes)
      await assign(ground, { principalId: set.value.identity.principalId ?? '', roleId: encryptionUserRoleId, scope: vault.scope })
      const { encryptionType } = set.value
      const type = encryptionType === 'ConfidentialVmEncryptedWithCustomerKey' ? undefined : encryptionType
      return { set, disk: await making.putDisk('data', { encryptionType: type, setId: set.value.id }) }
    },
    set: (name = 'des') => found(context.diskEncryptionSets.peek().find(held => held.value.name === name)),
    disk: (name = 'data') => found(context.disks.peek().find(held => held.value.name === name)),
  }
}

const keyUrl = (version: string, name = 'cmk'): string => `https://kv1.vault.keystead.test/keys/${name}/${version}`

/** The subscription's record, a group, and the officer as its owner. */
async function bringUp(ground: KeyGround): Promise<void> {
  const { context } = ground
  await ground.as(async call => {
    createGroup(context, call, { subscriptionId, group: 'g', location: 'local' })
    context.subscriptions.create(call, compartmentOfGuid(subscriptionId), {
      path: [subscriptionId],
      value: { subscriptionId, tenantId, displayName: 's', createdAt: call.at },
    })
  })
  await assign(ground, { principalId: officer.id, roleId: ownerRoleId, scope: ['', `/subscriptions/${subscriptionId}`] })
}

interface Assigned {
  readonly principalId: string
  readonly roleId: string
  readonly scope: readonly string[]
}

async function assign({ context, as }: KeyGround, { principalId, roleId, scope }: Assigned): Promise<void> {
  const scopeId = scope.at(-1) ?? ''
  await as(async call =>
    context.roleAssignments.create(call, compartmentOfGuid(tenantId), {
      path: [scopeId, principalId],
      value: {
        name: principalId,
        scopeId,
        scope: scopeOf(scope),
        roleId,
        principalId,
        principalType: 'ServicePrincipal',
        createdAt: call.at,
        createdBy: officer.id,
        updatedAt: call.at,
        updatedBy: officer.id,
      },
    }),
  )
}

function makingIn(
  { context, as }: KeyGround,
  { vault, version }: { readonly vault: Vault; readonly version: string },
): Pick<DiskGround, 'putSet' | 'putDisk'> {
  return {
    putSet: async (name, wishes = {}) =>
      as(async call =>
        putSet(context, call, {
          ...named(name),
          permit: context.access.permit(call, 'diskSet.write', { on: setScope(named(name)) }),
          mayAssign: identity => context.access.permit(call, 'identity.assign', { on: identityScope(identity) }),
          location: 'local',
          tags: {},
          wishes: {
            ...noSetWishes,
            identity: { type: 'SystemAssigned', userAssigned: [], removed: [] },
            activeKey: { keyUrl: keyUrl(version), sourceVaultId: vault.id },
            ...wishes,
          },
        }),
      ),
    putDisk: async (name, wishes = {}) =>
      as(async call => {
        const { disk } = await putDisk(context, call, {
          ...named(name),
          permit: context.access.permit(call, 'disk.write', { on: diskScope(named(name)) }),
          mayUseSet: set => context.access.permit(call, 'diskSet.read', { on: set }),
          location: 'local',
          tags: {},
          wishes: { ...emptyDisk, ...wishes },
        })
        return disk
      }),
  }
}

function keysIn(ground: KeyGround, vault: Vault): Pick<DiskGround, 'give' | 'take' | 'able' | 'rotate'> {
  const { context, as } = ground
  return {
    give: async principalId => assign(ground, { principalId: principalId ?? '', roleId: encryptionUserRoleId, scope: vault.scope }),
    take: async principalId =>
      as(async call => {
        const held = await context.roleAssignments.get(call, compartmentOfGuid(tenantId), [vault.scope.at(-1) ?? '', principalId ?? ''])
        if (held !== undefined) context.roleAssignments.remove(call, held)
      }),
    able: async (of, enabled) =>
      as(async call => {
        const permit = context.access.permit(call, 'key.update', { on: keyScope(vault, 'cmk') })
        await updateKey(context, call, { permit, reference: { vault, name: 'cmk', version: of }, attributes: { enabled } })
      }),
    rotate: async () =>
      as(async call => {
        const permit = context.access.permit(call, 'key.rotate', { on: keyScope(vault, 'cmk') })
        return (await rotateKey(context, call, { permit, vault, name: 'cmk' })).version.id
      }),
  }
}

function found<T>(held: T | undefined): T {
  if (held === undefined) throw new Error('it is not there')
  return held
}

/** Until something has been seen; time does not move meanwhile. */
export async function until(seen: () => boolean): Promise<void> {
  // Real mathematics on real threads: a busy machine gets its time.
  for (const end = performance.now() + patienceMs; performance.now() < end;) {
    if (seen()) return
    await new Promise(resolve => setImmediate(resolve))
  }
  throw new Error('it never came')
}

const patienceMs = 20_000
