import { z } from 'zod'
import { deletedVaultScope, purgeVault as purge, type HeldDeletedVault } from '#domain/resources/delete-vault.ts'
import type { HeldVault } from '#domain/resources/find-vault.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { setVault, vaultArmId, vaultScope } from '#domain/resources/set-vault.ts'
import { isVaultName, vaultNameRule } from '#domain/resources/vault-names.ts'
import { Problem } from '#model/problem.ts'
import { json } from '#protocols/http/answer.ts'
import { adminOperation } from '#protocols/admin/site.ts'

const name = z.string('name is a text').refine(isVaultName, vaultNameRule)
const common = { method: 'POST', scope: () => rootScope, params: z.object({}), query: z.object({}) } as const

/** As ARM would show it, without what nobody asks an operator's command for. */
const shape = ({ value }: HeldVault, domain: string) => ({
  id: value.id,
  name: value.name,
  type: 'Microsoft.KeyVault/vaults',
  location: value.location,
  tags: value.tags,
  properties: {
    tenantId: value.tenantId,
    sku: { family: 'A', name: value.sku },
    enableRbacAuthorization: value.enableRbacAuthorization,
    enableSoftDelete: true,
    softDeleteRetentionInDays: value.softDeleteRetentionInDays,
    ...(value.enablePurgeProtection && { enablePurgeProtection: true }),
    publicNetworkAccess: value.publicNetworkAccess,
    vaultUri: `https://${value.name.toLowerCase()}.vault.${domain}/`,
  },
})

const timeText = (at: number): string => Temporal.Instant.fromEpochMilliseconds(at).toString()

const deletedShape = ({ value: { vault, deletedAt, scheduledPurgeAt } }: HeldDeletedVault) => ({
  name: vault.name,
  type: 'Microsoft.KeyVault/deletedVaults',
  properties: {
    vaultId: vault.id,
    location: vault.location,
    deletionDate: timeText(deletedAt),
    scheduledPurgeDate: timeText(scheduledPurgeAt),
    ...(vault.enablePurgeProtection && { purgeProtectionEnabled: true }),
  },
})

/** Vaults of our own making go by roles (security-and-reliability.md 5.6). */
export const createVault = adminOperation({
  ...common,
  name: 'VaultCreate',
  path: '/vaults',
  permissions: ['vault.write'],
  body: {
    json: z.strictObject({
      name,
      premium: z.boolean().optional(),
      purgeProtection: z.boolean().optional(),
      retentionDays: z.number().int().min(7, 'retentionDays is 7 to 90').max(90, 'retentionDays is 7 to 90').optional(),
    }),
  },
  async handle(context, call, { site, body, permit }) {
    const { subscriptionId, group } = site.runtime.home
    const at = { subscriptionId, group, name: body.name }
    call.resource = vaultArmId(at)
    const { vault, created } = await setVault(context, call, {
      ...at,
      permit: permit('vault.write', { on: vaultScope(at) }),
      mayGiveAccess: () => refuseExisting(body.name),
      location: context.instance.location,
      tags: undefined,
      createMode: 'default',
      rbacByDefault: true,
      settings: {
        tenantId: site.runtime.tenantId,
        sku: body.premium === true ? 'premium' : 'standard',
        ...(body.purgeProtection === true && { enablePurgeProtection: true }),
        ...(body.retentionDays !== undefined && { softDeleteRetentionInDays: body.retentionDays }),
      },
    })
    if (!created) refuseExisting(body.name)
    return json(201, shape(vault, context.instance.domain))
  },
})

/** To create is not to change: what is there stays as it is. */
function refuseExisting(vault: string): never {
  throw new Problem({ code: 'Conflict', details: { message: `The vault ${vault} is there already.` } })
}

export const listVaults = adminOperation({
  ...common,
  name: 'VaultListAll',
  path: '/vaults/list',
  permissions: ['vault.read', 'vault.listDeleted'],
  body: { json: z.strictObject({ deleted: z.boolean().optional() }) },
  async handle(context, _call, { body }) {
    const shown =
      body.deleted === true
        ? context.deletedVaults.peek().map(deletedShape)
        : context.vaults.peek().map(vault => shape(vault, context.instance.domain))
    return json(200, { vaults: shown.toSorted((a, b) => (a.name < b.name ? -1 : 1)) })
  },
})

/** Raises `ResourceNotFound`. */
async function deletedNamed(context: Context, call: Call, wanted: string): Promise<HeldDeletedVault> {
  const known = context.deletedVaults.peek().find(({ path: [known] }) => known === wanted.toLowerCase())
  const held = known && (await context.deletedVaults.get(call, known.compartment, known.path))
  if (held === undefined)
    throw new Problem({ code: 'ResourceNotFound', details: { type: 'Microsoft.KeyVault/deletedVaults', name: wanted } })
  call.resource = held.value.vault.id
  return held
}

export const recoverVault = adminOperation({
  ...common,
  name: 'VaultRecover',
  path: '/vaults/recover',
  permissions: ['vault.write'],
  body: { json: z.strictObject({ name }) },
  async handle(context, call, { body, permit }) {
    const { vault } = (await deletedNamed(context, call, body.name)).value
    const [, , subscriptionId = '', , group = ''] = vault.id.split('/')
    const at = { subscriptionId, group, name: vault.name }
    const { vault: recovered } = await setVault(context, call, {
      ...at,
      permit: permit('vault.write', { on: vaultScope(at) }),
      mayGiveAccess: () => refuseExisting(vault.name),
      location: vault.location,
      tags: undefined,
      createMode: 'recover',
      rbacByDefault: true,
      settings: {},
    })
    return json(200, shape(recovered, context.instance.domain))
  },
})

export const purgeVault = adminOperation({
  ...common,
  name: 'VaultPurge',
  path: '/vaults/purge',
  permissions: ['vault.purge'],
  body: { json: z.strictObject({ name }) },
  async handle(context, call, { body, permit }) {
    const deleted = await deletedNamed(context, call, body.name)
    const { vault } = deleted.value
    const [, , subscriptionId = ''] = vault.id.split('/')
    const on = deletedVaultScope({ subscriptionId, location: vault.location, name: vault.name })
    await purge(context, call, { permit: permit('vault.purge', { on }), deleted })
    return json(200, { name: vault.name, purged: true })
  },
})
