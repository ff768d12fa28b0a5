// Fills a data directory that nothing else has open, through the domain (performance.md 10). Prints what it made as one line of JSON.
import { z } from 'zod'
import { openInstance, performAs } from '#bench/seeding/open-instance.ts'
import { seedAccountKeys } from '#bench/seeding/seed-account-keys.ts'
import { seedAssignments } from '#bench/seeding/seed-assignments.ts'
import { seedGroups } from '#bench/seeding/seed-groups.ts'
import { seedKeys } from '#bench/seeding/seed-keys.ts'
import { secretName, seedSecrets } from '#bench/seeding/seed-secrets.ts'
import { assignRole } from '#domain/access/assign-role.ts'
import { createKey } from '#domain/keys/create-key.ts'
import { keyScope } from '#domain/keys/reference.ts'
import { addPassword, createApplication } from '#domain/identity/directory.ts'
import { setVault, vaultScope } from '#domain/resources/set-vault.ts'
import type { Vault } from '#domain/resources/records.ts'
import type { Principal } from '#model/principal.ts'

const plan = z.object({
  dataDir: z.string(),
  stateHome: z.string(),
  /** Keys of the vault `many`. */
  keys: z.int(),
  /** Secrets of the same. */
  secrets: z.int(),
  /** Beside the three that the instance needs. */
  assignments: z.int(),
  /** The measured principal is in the first, each is in the next. */
  groups: z.int().default(0),
  /** Symmetric keys of an account that there is then. */
  accountKeys: z.int().default(0),
})

const { dataDir, stateHome, keys, secrets, assignments, groups, accountKeys } = plan.parse(JSON.parse(process.argv[2] ?? ''))
const opened = await openInstance({ dataDir, stateHome })
const { context, home } = opened
const { tenantId, subscriptionId, resourceGroup: group, administrator } = home
const owner: Principal = { id: administrator.objectId, kind: 'application', tenant: tenantId, appId: administrator.clientId }
const yearMs = 365 * 86_400_000
const keyVaultAdministrator = '00482a5a-887f-4fb3-b363-3b7fe8e74483'

const credentials = await performAs(context, owner, async call => {
  const { application, servicePrincipal } = await createApplication(context, call, { tenantId, displayName: 'bench' })
  const { secretText } = await addPassword(context, call, application, { displayName: 'bench', endAt: call.at + yearMs })
  return { clientId: application.value.appId, clientSecret: secretText, objectId: servicePrincipal.value.id }
})
const user: Principal = { id: credentials.objectId, kind: 'application', tenant: tenantId, appId: credentials.clientId }

async function vaultOf(name: string): Promise<Vault> {
  const at = { subscriptionId, group, name }
  const scope = vaultScope(at)
  const { vault } = await performAs(context, owner, async call =>
    setVault(context, call, {
      ...at,
      permit: context.access.permit(call, 'vault.write', { on: scope }),
      mayGiveAccess: () => context.access.permit(call, 'roleAssignment.write', { on: scope }),
      location: 'local',
      tags: undefined,
      createMode: 'default',
      rbacByDefault: true,
      settings: { tenantId, sku: 'premium', enableRbacAuthorization: true, enablePurgeProtection: true, softDeleteRetentionInDays: 7 },
    }),
  )
  await performAs(context, owner, async call =>
    assignRole(context, call, {
      permit: context.access.permit(call, 'roleAssignment.write', { on: scope }),
      tenantId,
      scope,
      scopeId: vault.value.id,
      name: context.ground.random.uuid(),
      roleId: keyVaultAdministrator,
      principalId: credentials.objectId,
    }),
  )
  return vault.value
}

async function keyOf(vault: Vault, name: string, spec: 'RSA-2048' | 'P-256'): Promise<void> {
  await performAs(context, user, async call =>
    createKey(context, call, {
      vault,
      name,
      permit: context.access.permit(call, 'key.create', { on: keyScope(vault, name) }),
      kind: { spec, hsm: false },
    }),
  )
}

const bench = await vaultOf('benchvault')
await keyOf(bench, 'rsa', 'RSA-2048')
await keyOf(bench, 'ec', 'P-256')
await seedSecrets(context, { vault: bench, names: ['said'], who: user })
if (keys > 0) {
  const many = await vaultOf('benchmany')
  await seedKeys(context, { vault: many, count: keys, who: user })
  await seedSecrets(context, { vault: many, names: Array.from({ length: secrets }, (_, at) => secretName(at)), who: user })
}
const chain = await seedGroups(context, { count: groups, who: owner, memberId: credentials.objectId, tenantId })
await seedAssignments(context, { vault: bench, count: assignments, who: owner, holders: [credentials.objectId, ...chain], tenantId })
const inRegion = { accountId: '777777777777', region: 'us-east-1' }
const account = accountKeys === 0 ? undefined : await seedAccountKeys(context, { ...inRegion, count: accountKeys })
await opened.close()
console.log(JSON.stringify({ ...credentials, account }))
