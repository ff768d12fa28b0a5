// For tests alone: a vault in a real context, and somebody who may do everything with what is in it.
import assert from 'node:assert/strict'
import { compartmentId, scopeOf, type CompartmentId } from '#model/brands.ts'
import type { Principal } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Permit } from '#domain/access/permit.ts'
import type { Permission } from '#domain/access/permissions.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { Vault } from '#domain/resources/records.ts'
import { objectScope, type Collection } from '#domain/vault-objects/reference.ts'
import { testGround, type GroundChanges, type TestGround } from '#domain/testing.ts'
import { createKey } from './create-key.ts'
import { kindOf, type KeyType } from './specs.ts'

export const tenantId = '11111111-1111-4111-8111-111111111111'
export const subscriptionId = '22222222-2222-4222-8222-222222222222'
const officerRoleId = '00482a5a-887f-4fb3-b363-3b7fe8e74483'

const principal = (id: string): Principal => ({
  id,
  kind: 'application',
  tenant: tenantId,
  appId: `app-of-${id}`,
  issuer: `https://login.keystead.test/${tenantId}/`,
})
/** Key Vault Administrator of the subscription: its data, and nothing of its management. */
export const officer = principal('33333333-3333-4333-8333-333333333333')
export const stranger = principal('44444444-4444-4444-8444-444444444444')

export type VaultChanges = Partial<
  Pick<
    Vault,
    | 'sku'
    | 'enablePurgeProtection'
    | 'softDeleteRetentionInDays'
    | 'enableRbacAuthorization'
    | 'accessPolicies'
    | 'networkAcls'
    | 'publicNetworkAccess'
    | 'tags'
  > & { readonly subscription: string }
>

function vaultNamed(name: string, number: number, changes: VaultChanges = {}): Vault {
  const { subscription = subscriptionId, ...rest } = changes
  const group = `/subscriptions/${subscription}/resourceGroups/g`
  const id = `${group}/providers/Microsoft.KeyVault/vaults/${name}`
  return {
    id,
    name,
    scope: scopeOf(['', `/subscriptions/${subscription}`, group.toLowerCase(), id.toLowerCase()]),
    location: 'local',
    tags: {},
    createdAt: 0,
    createdBy: officer.id,
    changedAt: 0,
    changedBy: officer.id,
    etag: '1',
    compartment: compartmentId(number.toString(16).padStart(32, '0')),
    tenantId,
    sku: 'premium',
    enableRbacAuthorization: true,
    enablePurgeProtection: false,
    softDeleteRetentionInDays: 7,
    enabledForDeployment: false,
    enabledForDiskEncryption: false,
    enabledForTemplateDeployment: false,
    publicNetworkAccess: 'Enabled',
    accessPolicies: [],
    ...rest,
  }
}

export interface KeyGround extends TestGround {
  /** Makes a vault with its compartment and its name. */
  readonly addVault: (name: string, changes?: VaultChanges) => Promise<Vault>
  /** Runs as the officer. */
  readonly as: <T>(verb: (call: Call) => Promise<T>) => Promise<T>
  readonly permit: <P extends Permission>(call: Call, permission: P, at: { readonly vault: Vault; readonly name?: string }) => Permit<P>
  /** A key of that type, made by its verb. */
  readonly addKey: (vault: Vault, name: string, asked?: { readonly type?: KeyType; readonly crv?: string }) => Promise<string>
}

export async function keyGround(changes: GroundChanges = {}): Promise<KeyGround> {
  const ground = await testGround(changes)
  const { context } = ground
  let vaults = 0
  const subscriptions = new Set<string>()
  await newCompartment(ground, compartmentOfGuid(tenantId))
  const permit: KeyGround['permit'] = (call, permission, { vault, name }) =>
    context.access.permit(call, permission, {
      on: name === undefined ? vault.scope : objectScope(vault, collectionOf(permission), name),
    })
  return {
    ...ground,
    permit,
    as: verb => ground.run(officer, verb),
    async addVault(name, vaultChanges = {}) {
      const subscription = vaultChanges.subscription ?? subscriptionId
      if (!subscriptions.has(subscription)) await addSubscription(ground, subscription)
      subscriptions.add(subscription)
      vaults += 1
      const vault = vaultNamed(name, vaults, vaultChanges)
      await storeVault(ground, vault, subscription)
      return vault
    },
    async addKey(vault, name, { type = 'EC', crv } = {}) {
      const made = await ground.run(officer, async call =>
        createKey(context, call, { permit: permit(call, 'key.create', { vault, name }), vault, name, kind: kindOf({ type, crv }) }),
      )
      return made.version.id
    },
  }
}

const collectionOf = (permission: Permission): Collection =>
  permission.startsWith('secret.') ? 'secrets' : permission.startsWith('certificate.') ? 'certificates' : 'keys'

async function newCompartment(ground: TestGround, id: CompartmentId): Promise<void> {
  await ground.run(officer, async call => {
    call.materials.push({ compartmentKey: ground.context.ground.barrier.newCompartment(id) })
  })
}

async function addSubscription(ground: TestGround, id: string): Promise<void> {
  await newCompartment(ground, compartmentOfGuid(id))
  await ground.run(officer, async call => {
    ground.context.roleAssignments.create(call, compartmentOfGuid(tenantId), {
      path: [`/subscriptions/${id}`, id],
      value: {
        name: id,
        scopeId: `/subscriptions/${id}`,
        scope: scopeOf(['', `/subscriptions/${id}`]),
        roleId: officerRoleId,
        principalId: officer.id,
        principalType: 'ServicePrincipal',
        createdAt: 0,
        createdBy: officer.id,
        updatedAt: 0,
        updatedBy: officer.id,
      },
    })
  })
}

async function storeVault(ground: TestGround, vault: Vault, subscription: string): Promise<void> {
  const { context } = ground
  await newCompartment(ground, vault.compartment)
  await ground.run(officer, async call => {
    context.vaults.create(call, compartmentOfGuid(subscription), { path: [vault.id.toLowerCase()], value: vault })
    context.names.create(call, context.instance.installation, {
      path: ['vault', vault.name.toLowerCase()],
      value: { subscriptionId: subscription, armId: vault.id, state: 'live' },
    })
  })
}

/** For `assert.rejects`: a refusal with this code, and with these details where they are given. */
export const refusedWith =
  (code: string, details?: object) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof Problem, String(error))
    assert.equal(error.body.code, code)
    if (details !== undefined) assert.deepEqual(error.body.details, details)
    return true
  }
