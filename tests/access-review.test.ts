// Reviews and explanations over what real requests have given: roles, groups, conditions, denials, policies.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { millis } from '#model/brands.ts'
import { explain } from '#domain/access/explain.ts'
import { review, type ReviewQuestion } from '#domain/access/review.ts'
import { permissionRow } from '#domain/access/permissions.ts'
import { tenantId } from '#domain/identity/testing.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { Problem } from '#model/problem.ts'
import { system } from '#model/principal.ts'
import {
  armWire,
  assignmentBody,
  assignmentPath,
  groupId,
  roles,
  subscriptionId,
  vaultBody,
  vaultPath,
  type Caller,
} from '#protocols/arm/testing.ts'
import { scopeOfText } from '#protocols/azure/arm-ids.ts'
import { keyVaultProtocol } from '#protocols/keyvault/index.ts'
import { domain, groupId as houseGroup, house, vaultId as houseVault } from './wire/house.ts'

const secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'
const guid = '77777777-2222-4333-8444-000000000001'
const groupNamed = { id: '99999999-2222-4333-8444-000000000001', displayName: 'Team' } as const

async function withVaults(changes: { readonly guardPolicies?: boolean } = {}) {
  const wire = await armWire(changes)
  const { owner, ground } = wire
  const { context } = ground
  await owner('PUT', vaultPath('kv-roles'), vaultBody())
  await owner('PUT', vaultPath('kv-policies'), vaultBody({ enableRbacAuthorization: false, accessPolicies: [] }))
  const home = compartmentOfGuid(tenantId)
  const join = async (members: readonly Caller[]): Promise<void> => {
    await ground.run(system, async call => {
      context.groups.create(call, home, {
        path: [groupNamed.id],
        value: { ...groupNamed, tenantId, mailNickname: 'team', owners: [], createdAt: 0 },
      })
      for (const { made } of members)
        context.memberships.create(call, home, {
          path: [groupNamed.id, made.oid],
          value: { tenantId, groupId: groupNamed.id, memberId: made.oid, memberKind: 'servicePrincipal', addedAt: 0 },
        })
    })
  }
  const give = async (
    roleId: string,
    principalId: string,
    { at, more = {} }: { readonly at: string; readonly more?: object },
  ): Promise<void> => {
    const answered = await owner('PUT', assignmentPath(at, context.ground.random.uuid()), assignmentBody(roleId, principalId, more))
    assert.equal(answered.status, 201, answered.text)
  }
  const reviewed = async (asked: Omit<ReviewQuestion, 'tenantId'> = {}) =>
    ground.run(system, async call => review(context, call, { tenantId, ...asked }))
  const explained = async (principal: string, action: string, scope: string) =>
    ground.run(system, async call => explain(context, call, { tenantId, principal, action, scope }))
  return { ...wire, join, give, reviewed, explained }
}

describe('a review of access', () => {
  test('names everybody who can do anything in a vault, what, and why: assignments, groups, inherited scopes', async () => {
    const { caller, join, give, reviewed } = await withVaults()
    const signer = await caller('signer')
    const member = await caller('member')
    await join([member])
    await give(roles.cryptoUser, signer.made.oid, { at: `${vaultPath('kv-roles')}/keys/k1` })
    await give(secretsUser, groupNamed.id, { at: groupId })
    const rows = await reviewed({ scope: 'kv-roles' })
    assert.deepEqual(
      rows.map(row => row.principal),
      ['owner', 'signer', 'member'],
    )
    const [owner, first, second] = rows
    assert.deepEqual([owner?.management, owner?.data], [['read', 'manage', 'write policies', 'delete', 'purge', 'give roles'], []])
    assert.deepEqual([first?.data.includes('keys sign on keys/k1'), first?.data.includes('keys sign')], [true, false])
    assert.deepEqual(second?.data, ['secrets list', 'secrets get'])
    assert.deepEqual(second.grants, [{ by: 'role', name: 'Key Vault Secrets User', scope: groupId, inherited: true, via: 'Team' }])
    assert.deepEqual(
      rows.flatMap(row => row.findings),
      [],
    )
    assert.deepEqual(
      (await reviewed({ action: 'secrets/get' })).map(row => [row.resource, row.principal]),
      [['kv-roles', 'member']],
    )
  })

  test('finds who holds both duties, when asked for that', async () => {
    const { owner, give, reviewed } = await withVaults()
    await give(roles.cryptoUser, owner.made.oid, { at: vaultPath('kv-roles') })
    assert.deepEqual((await reviewed({ scope: 'kv-roles' }))[0]?.findings, [])
    assert.deepEqual((await reviewed({ scope: 'kv-roles', duties: true }))[0]?.findings, ['BothPlanes'])
  })

  test('finds vaults of access policies, and who can let himself in there, unless policies are guarded', async () => {
    for (const guardPolicies of [false, true]) {
      const { owner, caller, give, reviewed } = await withVaults({ guardPolicies })
      const contributor = await caller('contributor')
      const reader = await caller('reader')
      await give(roles.contributor, contributor.made.oid, { at: groupId })
      const policy = { tenantId, objectId: reader.made.oid, permissions: { secrets: ['Get'] } }
      await owner('PUT', `${vaultPath('kv-policies')}/accessPolicies/add`, { properties: { accessPolicies: [policy] } })
      const found = new Map((await reviewed({ scope: vaultPath('kv-policies') })).map(row => [row.principal, row]))
      assert.deepEqual(found.get('contributor')?.findings, ['AccessPolicies', ...(guardPolicies ? [] : ['SelfGranting'])])
      assert.deepEqual(found.get('owner')?.findings, ['AccessPolicies'], 'who may give roles needs no hole')
      assert.deepEqual(
        [found.get('reader')?.data, found.get('reader')?.grants],
        [['secrets get'], [{ by: 'access policy', name: 'secrets get', scope: vaultPath('kv-policies'), inherited: false }]],
      )
    }
  })

  test('finds who uses vaults of several environments, by a tag of theirs', async () => {
    const { owner, caller, give, reviewed } = await withVaults()
    await owner('PUT', vaultPath('kv-dev'), vaultBody({}, { tags: { Environment: 'dev' } }))
    await owner('PUT', vaultPath('kv-prod'), vaultBody({}, { tags: { environment: 'prod' } }))
    const [dev, both] = [await caller('dev'), await caller('both')]
    for (const who of [dev, both]) await give(roles.cryptoUser, who.made.oid, { at: vaultPath('kv-dev') })
    await give(secretsUser, both.made.oid, { at: vaultPath('kv-prod') })
    await give(roles.reader, dev.made.oid, { at: vaultPath('kv-prod') })
    const found = (await reviewed({ environments: 'environment' })).filter(({ findings }) => findings.includes('CrossEnvironment'))
    assert.deepEqual(
      found.map(row => [row.resource, row.principal]),
      [
        ['kv-dev', 'both'],
        ['kv-prod', 'both'],
      ],
    )
    assert.ok(!(await reviewed()).some(({ findings }) => findings.includes('CrossEnvironment')))
  })

  test('shows what depends on a condition as that, and what was given to nobody', async () => {
    const { owner, caller, give, reviewed, ground } = await withVaults()
    const app = await caller('app')
    const condition = "@Resource[Microsoft.KeyVault/vaults/secrets:name] StringStartsWith 'app-'"
    await give(secretsUser, app.made.oid, { at: vaultPath('kv-roles'), more: { condition } })
    const gone = await caller('gone')
    await give(secretsUser, gone.made.oid, { at: vaultPath('kv-roles') })
    await ground.run(system, async call => {
      const held = await ground.context.servicePrincipals.get(call, compartmentOfGuid(tenantId), [gone.made.oid])
      assert.ok(held !== undefined)
      ground.context.servicePrincipals.remove(call, held)
    })
    const rows = await reviewed({ scope: 'kv-roles' })
    assert.deepEqual(
      rows.map(row => [row.principal, row.data, row.conditional, row.findings]),
      [
        ['owner', [], [], []],
        ['app', [], ['secrets list', 'secrets get'], []],
        [gone.made.oid, [], [], ['PrincipalGone']],
      ],
    )
    assert.equal(rows[1]?.grants[0]?.condition, condition)
    assert.deepEqual(await reviewed({ scope: 'kv-roles', principal: owner.made.appId }), [rows[0]])
  })
})

describe('a review of what was used', () => {
  test('flags who may more than they did, and nobody who did all that a role so small can give', async () => {
    const all = await house()
    const { ground } = all
    const { context, clock } = ground
    const stranger = context.servicePrincipals.peek().find(({ value }) => value.displayName === 'stranger')?.value.id
    const definition = `${houseGroup}/providers/Microsoft.Authorization/roleDefinitions/${guid}`
    const sent = async (path: string, properties: object) => {
      const answered = await all.send(all.wire('arm'), 'administrator', { method: 'PUT', path, body: { properties } })
      assert.equal(answered.status, 201, answered.text)
    }
    const permissions = [{ dataActions: ['Microsoft.KeyVault/vaults/keys/read'] }]
    await sent(definition, { roleName: 'Looker', assignableScopes: [houseGroup], permissions })
    await sent(assignmentPath(houseVault, context.ground.random.uuid()), { roleDefinitionId: definition, principalId: stranger })
    const since = () => millis(clock.now() - 90 * 86_400_000)
    const reviewed = async () => {
      const rows = await ground.run(system, async call => review(context, call, { tenantId, unused: { since: since(), wordOf } }))
      return new Map(rows.map(row => [row.principal, row]))
    }
    assert.deepEqual((await reviewed()).get('stranger')?.findings, ['Unused'], 'has done nothing yet')
    for (const who of ['stranger', 'administrator'] as const)
      assert.equal((await all.send(all.wire('keyvault'), who, { method: 'GET', path: '/keys' })).status, 200)
    const found = await reviewed()
    assert.deepEqual([found.get('stranger')?.findings, found.get('stranger')?.unused], [[], []])
    const administrator = found.get('administrator')
    assert.deepEqual(administrator?.findings, ['Unused'])
    assert.deepEqual([administrator.unused?.includes('keys sign'), administrator.unused?.includes('keys get')], [true, false])
    clock.advance(91 * 86_400_000)
    const late = (await reviewed()).get('stranger')
    assert.deepEqual([late?.findings, late?.lastUse], [['Unused'], null])
  })
})

/** As the running program tells it. */
function wordOf(operation: string): string | undefined {
  const permissions = keyVaultProtocol(domain).operations.find(({ name }) => name === operation)?.permissions
  const [first] = typeof permissions === 'object' ? permissions : []
  return first === undefined ? undefined : permissionRow(first).policies
}

describe('an explanation', () => {
  test('names the group, the condition, the custom role and the denial that decided', async () => {
    const { owner, caller, join, give, explained, ground } = await withVaults()
    const member = await caller('member')
    await join([member])
    const definition = `${groupId}/providers/Microsoft.Authorization/roleDefinitions/${guid}`
    const permission = { dataActions: ['Microsoft.KeyVault/vaults/secrets/*'] }
    await owner('PUT', definition, { properties: { roleName: 'Keeper', assignableScopes: [groupId], permissions: [permission] } })
    const condition = "@Resource[Microsoft.KeyVault/vaults/secrets:name] StringStartsWith 'app-'"
    await give(guid, groupNamed.id, { at: groupId, more: { condition } })
    const may = await explained('member', 'secrets/get', 'kv-roles/secrets/app-1')
    assert.equal(may.allow, true)
    assert.match(may.because, /^Allowed by Keeper /)
    assert.deepEqual([may.considered[0]?.via, may.considered[0]?.custom, may.considered[0]?.condition], ['Team', true, condition])
    const other = await explained('member', 'secrets/get', 'kv-roles/secrets/other')
    assert.equal(other.because, 'Keeper (by group Team) gives it under a condition that does not hold.')
    const list = await explained('member', 'secrets/list', 'kv-roles')
    assert.equal(list.because, 'Keeper (by group Team) gives it under a condition that cannot be judged without the request itself.')
    assert.equal((await explained('Team', 'secrets/get', 'kv-roles/secrets/app-1')).allow, true, 'a group as its members')
    const scope = scopeOfText(groupId)
    assert.ok(scope !== undefined)
    const { context } = ground
    await ground.run(system, async call =>
      context.denyAssignments.create(call, compartmentOfGuid(tenantId), {
        path: [scope.at(-1) ?? '', guid],
        value: {
          name: guid,
          denyAssignmentName: 'Frozen',
          scopeId: groupId,
          scope,
          doNotApplyToChildScopes: false,
          permissions: [{ actions: [], notActions: [], dataActions: ['*'], notDataActions: [] }],
          principals: [{ id: member.made.oid, type: 'ServicePrincipal' }],
          excludePrincipals: [],
          createdAt: 0,
          createdBy: 'system',
        },
      }),
    )
    const frozen = await explained('member', 'secrets/get', 'kv-roles/secrets/app-1')
    assert.deepEqual(
      [frozen.allow, frozen.because, frozen.denial?.name, frozen.grant],
      [false, "The deny assignment 'Frozen' forbids it, whatever roles say.", 'Frozen', undefined],
    )
  })

  test('of a vault of access policies tells what they give, and what roles would', async () => {
    const { owner, caller, give, explained } = await withVaults()
    const app = await caller('app')
    await give(secretsUser, app.made.oid, { at: `/subscriptions/${subscriptionId}` })
    const policy = { tenantId, objectId: app.made.oid, permissions: { secrets: ['list'] } }
    await owner('PUT', `${vaultPath('kv-policies')}/accessPolicies/add`, { properties: { accessPolicies: [policy] } })
    const said = await explained('app', 'secrets/get', 'https://kv-policies.vault.keystead.test:8443/secrets/s/0123')
    assert.equal(
      said.because,
      'The vault goes by access policies, which give app secrets list, and not this. Key Vault Secrets User would, if the vault went by roles.',
    )
    assert.deepEqual(said.grant?.slice(-2), ['--secret-permissions', 'get'])
    assert.deepEqual(said.policies, [{ objectId: app.made.oid, words: ['secrets list'], counts: true }])
  })

  test('does not choose among several of one name', async () => {
    const { caller, explained } = await withVaults()
    const [one] = [await caller('twin'), await caller('twin')]
    await assert.rejects(
      explained('twin', 'keys/sign', 'kv-roles'),
      (error: unknown) =>
        error instanceof Problem && error.body.code === 'InvalidParameter' && error.body.details.message.includes(one.made.oid),
    )
  })
})
