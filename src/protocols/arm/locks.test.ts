import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { vaultTasks } from '#domain/resources/delete-vault.ts'
import { system } from '#model/principal.ts'
import { textIn } from '#protocols/http/testing.ts'
import {
  armWire,
  groupId,
  namesIn,
  propertiesOf,
  refusal,
  roles,
  subscriptionId,
  vaultBody,
  vaultPath,
  type ArmWire,
  type Caller,
} from './testing.ts'

const lockPath = (scope: string, name = 'hold'): string => `${scope}/providers/Microsoft.Authorization/locks/${name}?api-version=2016-09-01`
const put = async (who: Caller, scope: string, ...[level, name]: readonly [level: string, name?: string]) =>
  who('PUT', lockPath(scope, name), { properties: { level, notes: 'why' } })
const locked = [409, 'ScopeLocked'] as const
const vault = vaultPath('kv-1')

async function withVault(): Promise<ArmWire> {
  const wire = await armWire()
  assert.equal((await wire.owner('PUT', vault, vaultBody())).status, 201)
  return wire
}

const changes: readonly (readonly [what: string, change: (owner: Caller) => ReturnType<Caller>])[] = [
  ['a PATCH', async owner => owner('PATCH', vault, { tags: { a: 'b' } })],
  ['a PUT', async owner => owner('PUT', vault, vaultBody())],
  ['access policies', async owner => owner('PUT', `${vault}/accessPolicies/add`, { properties: { accessPolicies: [] } })],
  ['a key made through ARM', async owner => owner('PUT', `${vault}/keys/k`, { properties: { kty: 'EC', curveName: 'P-256' } })],
]

describe('a lock', () => {
  for (const [place, scope] of [
    ['on the vault', vault],
    ['on its group', groupId],
    ['on its subscription', `/subscriptions/${subscriptionId}`],
  ] as const) {
    test(`CanNotDelete ${place} holds the deletion, for the owner too, and nothing else`, async () => {
      const { owner } = await withVault()
      const made = await put(owner, scope, 'cannotdelete')
      assert.deepEqual(
        [made.status, made.json['id'], propertiesOf(made)],
        [201, lockPath(scope).split('?')[0], { level: 'CanNotDelete', notes: 'why' }],
      )
      const refused = await owner('DELETE', vault)
      assert.deepEqual(refusal(refused), locked)
      assert.ok(refused.text.includes(`following scope(s) are locked: '${scope}'`), refused.text)
      for (const [what, change] of changes) assert.ok((await change(owner)).status < 300, what)
      assert.equal((await owner('PUT', vaultPath('kv-2'), vaultBody())).status, 201)
      assert.equal((await owner('DELETE', lockPath(scope))).status, 200)
      assert.equal((await owner('DELETE', lockPath(scope))).status, 204)
      assert.equal((await owner('DELETE', vault)).status, 200)
    })

    test(`ReadOnly ${place} holds every change of it, and lets read`, async () => {
      const { owner } = await withVault()
      assert.equal((await put(owner, scope, 'ReadOnly')).status, 201)
      for (const [what, change] of changes) assert.deepEqual(refusal(await change(owner)), locked, what)
      assert.deepEqual(refusal(await owner('DELETE', vault)), locked)
      const role = await owner('PUT', `${vault}/providers/Microsoft.Authorization/roleAssignments/${crypto.randomUUID()}`, {
        properties: {},
      })
      assert.deepEqual(refusal(role), locked, 'nobody is let in meanwhile')
      assert.equal((await owner('GET', vault)).status, 200)
      if (scope !== vault) assert.deepEqual(refusal(await owner('PUT', vaultPath('kv-2'), vaultBody())), locked)
      assert.equal((await owner('DELETE', lockPath(scope))).status, 200, 'a lock does not hold its own removal')
      assert.equal((await owner('PATCH', vault, { tags: {} })).status, 200)
    })
  }

  test('on something in a group holds the deletion of the group whole: nothing in it goes', async () => {
    const { owner, work } = await withVault()
    await owner('PUT', vaultPath('kv-2'), vaultBody())
    await put(owner, vault, 'CanNotDelete')
    const refused = await owner('DELETE', groupId)
    assert.deepEqual(refusal(refused), locked)
    await work()
    for (const path of [vault, vaultPath('kv-2'), groupId]) assert.equal((await owner('GET', path)).status, 200, path)
    assert.equal(propertiesOf(await owner('GET', groupId))['provisioningState'], 'Succeeded')
    assert.equal((await owner('DELETE', vaultPath('kv-2'))).status, 200, 'its neighbour is not held')
  })

  test('on a place does not hold what is beside it, nor a role assignment above it', async () => {
    const { owner, assign, caller } = await withVault()
    await put(owner, vault, 'ReadOnly')
    assert.equal((await owner('PUT', vaultPath('kv-10'), vaultBody())).status, 201, 'a name that only begins alike')
    const someone = await caller('someone')
    const assignment = await assign(roles.reader, someone, groupId)
    assert.equal((await owner('DELETE', assignment)).status, 200)
  })

  test('is written by Owner and User Access Administrator; a Contributor may neither write nor remove it', async () => {
    const { owner, assign, caller } = await withVault()
    const [contributor, accessAdministrator] = [await caller('contributor'), await caller('access administrator')]
    await assign(roles.contributor, contributor, groupId)
    await assign('18d7d88d-d35e-4fb5-a5c3-7773c20a72d9', accessAdministrator, groupId)
    assert.deepEqual(refusal(await put(contributor, vault, 'ReadOnly')), [403, 'AuthorizationFailed'])
    assert.equal((await put(accessAdministrator, vault, 'ReadOnly')).status, 201)
    assert.deepEqual(refusal(await contributor('DELETE', lockPath(vault))), [403, 'AuthorizationFailed'])
    assert.deepEqual(refusal(await contributor('DELETE', vault)), locked)
    const stranger = await caller('stranger')
    assert.deepEqual(refusal(await stranger('DELETE', vault)), [403, 'AuthorizationFailed'], 'who may not learns nothing of locks')
    assert.equal((await owner('DELETE', lockPath(vault))).status, 200)
  })

  test('is listed with those it inherits and those below; atScope() leaves out what is below', async () => {
    const { owner } = await withVault()
    await put(owner, vault, 'CanNotDelete', 'low')
    await put(owner, groupId, 'CanNotDelete', 'high')
    const list = async (scope: string, filter = '') =>
      namesIn(await owner('GET', `${scope}/providers/Microsoft.Authorization/locks?api-version=2016-09-01${filter}`))
    assert.deepEqual((await list(groupId)).toSorted(), ['high', 'low'])
    assert.deepEqual((await list(vault)).toSorted(), ['high', 'low'])
    assert.deepEqual(await list(groupId, '&$filter=atScope()'), ['high'])
    assert.equal(
      (await owner('GET', `${groupId}/providers/Microsoft.Authorization/locks?api-version=2016-09-01&$filter=name eq 'low'`)).status,
      400,
    )
    assert.equal(propertiesOf(await owner('GET', lockPath(vault, 'LOW')))['level'], 'CanNotDelete')
    assert.deepEqual(refusal(await owner('GET', lockPath(vault, 'none'))), [404, 'LockNotFound'])
  })

  test('needs something to stand on, a level that there is, and a name', async () => {
    const { owner } = await withVault()
    assert.equal((await put(owner, vaultPath('nobody'), 'ReadOnly')).status, 404)
    assert.deepEqual(refusal(await put(owner, vault, 'NotSpecified')), [400, 'InvalidRequestContent'])
    assert.equal((await put(owner, vault, 'ReadOnly', 'a:b')).status, 400)
    assert.equal((await put(owner, '', 'ReadOnly')).status, 400)
    const changed = await put(owner, vault, 'ReadOnly')
    assert.deepEqual([changed.status, (await put(owner, vault, 'CanNotDelete')).status], [201, 200])
    assert.deepEqual(refusal(await owner('DELETE', vault)), locked)
  })

  test('does not hold what the instance does by itself: retention ends when it ends', async () => {
    const { owner, ground } = await withVault()
    await owner('DELETE', vault)
    await put(owner, `/subscriptions/${subscriptionId}`, 'ReadOnly')
    const purge = `/subscriptions/${subscriptionId}/providers/Microsoft.KeyVault/locations/local/deletedVaults/kv-1/purge`
    assert.deepEqual(refusal(await owner('POST', purge)), locked)
    ground.clock.advance(7 * 86_400_000)
    const [deleted] = ground.context.deletedVaults.peek()
    assert.ok(deleted !== undefined)
    const [task] = vaultTasks
    assert.equal(await ground.run(system, async call => task?.run(ground.context, call, deleted), textIn(task?.operation)), true)
  })
})
