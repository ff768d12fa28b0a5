import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { identityGround, tenantId } from '#domain/identity/testing.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { createSubscription } from '#domain/resources/create-subscription.ts'
import { childScope } from '#domain/resources/scopes.ts'
import { setVault, vaultScope } from '#domain/resources/set-vault.ts'
import { system, type Principal } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import { assignRole } from './assign-role.ts'
import { explain } from './explain.ts'

const subscriptionId = '22222222-2222-4222-8222-222222222222'
const at = { subscriptionId, group: 'rg', name: 'kv-1' }
const armId = `/subscriptions/${subscriptionId}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv-1`
const cryptoUser = '12338af0-0e69-4776-bea7-57ae8d297424'
const reader = '21090545-7ca7-4776-b22c-e363652d74d2'

async function withVault(properties: { readonly enableRbacAuthorization: boolean } = { enableRbacAuthorization: true }) {
  const ground = await identityGround()
  const { context } = ground
  const owner = await ground.add('owner')
  const ci = await ground.add('ci')
  const who: Principal = { id: owner.oid, kind: 'application', tenant: tenantId, appId: owner.appId }
  await ground.run(system, async call =>
    createSubscription(context, call, {
      tenantId,
      subscriptionId,
      displayName: 's',
      resourceGroup: 'rg',
      location: 'local',
      ownerId: owner.oid,
    }),
  )
  await ground.run(who, async call =>
    setVault(context, call, {
      ...at,
      permit: context.access.permit(call, 'vault.write', { on: vaultScope(at) }),
      mayGiveAccess: () => context.access.permit(call, 'roleAssignment.write', { on: vaultScope(at) }),
      location: 'local',
      tags: undefined,
      createMode: 'default',
      rbacByDefault: true,
      settings: { tenantId, sku: 'standard', accessPolicies: [], ...properties },
    }),
  )
  const assign = async (roleId: string, scopeId: string, scope = vaultScope(at)) =>
    ground.run(who, async call =>
      assignRole(context, call, {
        permit: context.access.permit(call, 'roleAssignment.write', { on: scope }),
        tenantId,
        scope,
        scopeId,
        name: context.ground.random.uuid(),
        roleId,
        principalId: ci.oid,
      }),
    )
  const ask = async (action: string | undefined, scope: string, principal = 'ci') =>
    ground.run(system, async call => explain(context, call, { tenantId, principal, ...(action !== undefined && { action }), scope }))
  return { ground, ci, assign, ask }
}

describe('an explanation', () => {
  test('of a denial names what was considered, what lacks, and the command that would allow it', async () => {
    const { ci, assign, ask } = await withVault()
    await assign(reader, armId)
    const said = await ask('keys/sign', 'kv-1/k1')
    assert.equal(said.allow, false)
    assert.equal(said.action, 'Microsoft.KeyVault/vaults/keys/sign/action')
    assert.equal(said.because, '1 of 1 role assignments of ci stand here; Key Vault Reader lacks it.')
    assert.deepEqual(
      said.considered.map(({ role, inScope, grants }) => ({ role, inScope, grants })),
      [{ role: 'Key Vault Reader', inScope: true, grants: false }],
    )
    assert.equal(
      said.grant?.join(' '),
      `az role assignment create --assignee-object-id ${ci.oid} --assignee-principal-type ServicePrincipal --role Key Vault Crypto User --scope ${armId.toLowerCase()}/keys/k1`,
    )
  })

  test('is what the next request is told', async () => {
    const { ground, ci, assign, ask } = await withVault()
    const who: Principal = { id: ci.oid, kind: 'application', tenant: tenantId, appId: ci.appId }
    const told = () => ground.context.access.judge({ who, permission: 'key.sign', on: vaultScope(at), facts: () => undefined }).allowed
    assert.deepEqual([(await ask('key.sign', armId)).allow, told()], [false, false])
    await assign(cryptoUser, armId)
    const said = await ask('Microsoft.KeyVault/vaults/keys/sign/action', 'https://kv-1.vault.keystead.test:8443/keys/k1/0123')
    assert.deepEqual([said.allow, told()], [true, true])
    assert.match(said.because, /^Allowed by Key Vault Crypto User/)
  })

  test('points at the right role in the wrong place', async () => {
    const { assign, ask } = await withVault()
    await assign(cryptoUser, `${armId}/keys/other`, childScope(vaultScope(at), 'keys/other'))
    const said = await ask('keys/sign', 'kv-1/k1')
    assert.equal(said.because, `Key Vault Crypto User would grant it, but it is assigned at ${armId}/keys/other, not here.`)
    assert.equal(said.nearest?.scope, `${armId}/keys/other`)
  })

  test('of a vault that goes by access policies proposes a policy', async () => {
    const { ci, ask } = await withVault({ enableRbacAuthorization: false })
    const said = await ask('keys/sign', 'kv-1')
    assert.deepEqual(said.grant, ['az', 'keyvault', 'set-policy', '--name', 'kv-1', '--object-id', ci.oid, '--key-permissions', 'sign'])
  })

  test('without an action lists all that the principal may do there', async () => {
    const { assign, ask } = await withVault()
    assert.deepEqual((await ask(undefined, armId)).allowed, [])
    await assign(cryptoUser, armId)
    const { allowed = [] } = await ask(undefined, armId)
    assert.ok(allowed.includes('Microsoft.KeyVault/vaults/keys/sign/action'))
    assert.ok(!allowed.includes('Microsoft.KeyVault/vaults/keys/delete'))
  })

  test('of nobody, of no action and of nowhere is refused', async () => {
    const { ask } = await withVault()
    for (const [action, scope, principal, code] of [
      ['keys/sign', 'kv-1', 'nobody', 'DirectoryObjectNotFound'],
      ['keys/frobnicate', 'kv-1', 'ci', 'InvalidParameter'],
      ['keys/sign', 'kv-2', 'ci', 'VaultNotFound'],
      ['keys/sign', '/somewhere', 'ci', 'InvalidParameter'],
    ] as const)
      await assert.rejects(ask(action, scope, principal), error => error instanceof Problem && error.body.code === code)
  })
})

test('a subscription begins with its Owner, its group and a compartment of its own', async () => {
  const { ground } = await withVault()
  const { context } = ground
  assert.equal(context.ground.barrier.has(compartmentOfGuid(subscriptionId)), true)
  assert.deepEqual(
    context.resourceGroups.peek().map(({ value }) => value.id),
    [`/subscriptions/${subscriptionId}/resourceGroups/rg`],
  )
  await assert.rejects(
    ground.run(system, async call =>
      createSubscription(context, call, {
        tenantId,
        subscriptionId,
        displayName: 's',
        resourceGroup: 'x',
        location: 'local',
        ownerId: 'x',
      }),
    ),
    error => error instanceof Problem && error.body.code === 'Conflict',
  )
})
