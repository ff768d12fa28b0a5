import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compartmentOfGuid } from '#domain/instance.ts'
import { tenantId } from '#domain/identity/testing.ts'
import { system } from '#model/principal.ts'
import { listIn, textIn } from '#protocols/http/testing.ts'
import { armWire, groupId, namesIn, propertiesOf, refusal, roles, subscriptionId, vaultBody, vaultPath } from './testing.ts'

const group = (name: string): string => `/subscriptions/${subscriptionId}/resourceGroups/${name}`
const deletedPath = (name: string): string =>
  `/subscriptions/${subscriptionId}/providers/Microsoft.KeyVault/locations/local/deletedVaults/${name}`

describe('a resource group', () => {
  test('is made, replaced, merged, checked; its tags keep to their limits', async () => {
    const { owner } = await armWire()
    assert.equal((await owner('PUT', group('g2'), { location: 'Local', tags: { a: '1' } })).status, 201)
    assert.equal((await owner('PUT', group('G2'), { location: 'local', tags: { a: '2' } })).status, 200)
    assert.equal((await owner('HEAD', group('g2'))).status, 204)
    const patched = await owner('PATCH', group('g2'), { tags: { b: '3', a: null } })
    assert.deepEqual([patched.json['tags'], patched.json['name']], [{ b: '3' }, 'g2'])
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`t${at}`, 'v']))
    for (const [tags, code] of [
      [many, 'TooManyTags'],
      [{ 'a<b': '1' }, 'InvalidTagNameCharacters'],
      [{ a: 'v'.repeat(257) }, 'InvalidTagValueLength'],
      [{ ['n'.repeat(513)]: '' }, 'InvalidTagNameLength'],
      [{ a: '1', A: '2' }, 'InvalidTag'],
      [{ a: 1 }, 'InvalidRequestContent'],
    ] as const)
      assert.deepEqual(refusal(await owner('PUT', group('g2'), { location: 'local', tags })), [400, code])
    assert.deepEqual((await owner('GET', group('g2'))).json['tags'], { b: '3' })
  })

  test('has a place, which Azure knows, and does not move', async () => {
    const { owner } = await armWire()
    assert.deepEqual(refusal(await owner('PUT', group('g2'), {})), [400, 'LocationRequired'])
    assert.deepEqual(refusal(await owner('PUT', group('g2'), { location: 'moon' })), [400, 'LocationNotAvailableForResourceType'])
    assert.equal((await owner('PUT', group('g2'), { location: 'West Europe' })).json['location'], 'westeurope')
    assert.deepEqual(refusal(await owner('PUT', group('g2'), { location: 'local' })), [409, 'InvalidResourceGroupLocation'])
  })

  test('is emptied though its resources have more role assignments than one commit takes; one alone that has says so', async () => {
    const { owner, work, ground } = await armWire()
    const { context } = ground
    await owner('PUT', group('g2'), { location: 'local' })
    const identity = (name: string) => `${group('g2')}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`
    const give = async (name: string, count: number) => {
      const { value } = context.userAssignedIdentities.peek().find(held => held.value.name === name) ?? assert.fail(name)
      const { scope, id: scopeId } = value
      await ground.run(system, async call => {
        for (let at = 0; at < count; at += 1) {
          const assignment = context.ground.random.uuid()
          const by = { createdAt: call.at, createdBy: 'x', updatedAt: call.at, updatedBy: 'x' }
          context.roleAssignments.create(call, compartmentOfGuid(tenantId), {
            path: [scope.at(-1) ?? '', assignment],
            value: { name: assignment, scopeId, scope, roleId: roles.reader, principalId: assignment, principalType: 'User', ...by },
          })
        }
      })
    }
    for (const name of ['id1', 'id2', 'id3', 'id4']) {
      await owner('PUT', identity(name), { location: 'local' })
      await give(name, 450)
    }
    await give('id4', 450)
    assert.deepEqual(refusal(await owner('DELETE', identity('id4'))), [409, 'OperationNotAllowed'])
    for (const { compartment, path } of context.roleAssignments.peek().slice(-450))
      await ground.run(system, async call => {
        const held = await context.roleAssignments.get(call, compartment, path)
        if (held !== undefined) context.roleAssignments.remove(call, held)
      })
    const follow = textIn((await owner('DELETE', group('g2'))).headers['location'])
    await work()
    assert.equal((await owner('GET', follow)).status, 200)
    assert.equal((await owner('HEAD', group('g2'))).status, 404)
  })

  test('is emptied by a job, which whoever asked can follow to its end', async () => {
    const { owner, caller, work, ground } = await armWire()
    await owner('PUT', group('g2'), { location: 'local' })
    for (const name of ['kv-one', 'kv-two']) await owner('PUT', vaultPath(name, group('g2')), vaultBody())
    await owner('PUT', `${group('g2')}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id1`, { location: 'local' })
    await owner('PUT', vaultPath('kv-stays'), vaultBody())
    const started = await owner('DELETE', group('g2'))
    assert.deepEqual([started.status, started.headers['retry-after']], [202, '1'])
    const follow = textIn(started.headers['location'])
    assert.match(follow, /^https:\/\/management\.keystead\.test:8443\/subscriptions\/.*api-version=2021-04-01$/)
    assert.equal((await owner('GET', follow)).status, 202)
    assert.deepEqual(refusal(await owner('PUT', vaultPath('kv-new', group('g2')), vaultBody())), [409, 'ResourceGroupBeingDeleted'])
    assert.equal(textIn((await owner('DELETE', group('g2'))).headers['location']), follow, 'asked again, the same operation answers')
    assert.deepEqual(refusal(await (await caller('stranger'))('GET', follow)), [404, 'ResourceNotFound'])
    await work()
    assert.equal((await owner('GET', follow)).status, 200)
    const document = await owner('GET', follow.replace('operationResults', 'operations'))
    assert.equal(document.json['status'], 'Succeeded')
    assert.equal((await owner('HEAD', group('g2'))).status, 404)
    for (const name of ['kv-one', 'kv-two']) assert.equal((await owner('GET', deletedPath(name))).status, 200)
    assert.equal((await owner('GET', vaultPath('kv-stays'))).status, 200, 'a vault of another group is not touched')
    assert.deepEqual(
      ground.context.servicePrincipals.peek().filter(({ value }) => value.kind === 'managedIdentity'),
      [],
      'the identity took its principal along',
    )
    assert.equal((await owner('PUT', group('g2'), { location: 'local' })).status, 201, 'the name is free')
  })

  test('that is deleted takes its role assignments along: a namesake begins with none', async () => {
    const { owner, caller, assign, work } = await armWire()
    const reader = await caller('reader')
    await owner('PUT', group('g2'), { location: 'local' })
    await assign(roles.reader, reader, group('g2'))
    assert.equal((await reader('GET', group('g2'))).status, 200, 'control')
    await owner('DELETE', group('g2'))
    await work()
    await owner('PUT', group('g2'), { location: 'local' })
    assert.deepEqual(refusal(await reader('GET', group('g2'))), [403, 'AuthorizationFailed'])
  })
})

describe('lists', () => {
  test('come in pages that lead through everything once, whatever is added meanwhile', async () => {
    const { owner } = await armWire()
    const names = ['kv-a1', 'kv-b2', 'kv-c3', 'kv-d4', 'kv-e5']
    for (const name of names) await owner('PUT', vaultPath(name), vaultBody())
    const seen: string[] = []
    let page = await owner('GET', `${groupId}/providers/Microsoft.KeyVault/vaults?$top=2`)
    for (;;) {
      seen.push(...namesIn(page))
      const { nextLink } = page.json
      if (nextLink === undefined) break
      if (seen.length === 2) await owner('PUT', vaultPath('kv-a0'), vaultBody())
      page = await owner('GET', textIn(nextLink))
      assert.equal(page.status, 200, page.text)
    }
    assert.deepEqual(seen, names)
  })

  test('have links that are good for this list and this caller alone', async () => {
    const { owner, caller, assign } = await armWire()
    for (const name of ['kv-a1', 'kv-b2']) await owner('PUT', vaultPath(name), vaultBody())
    const next = textIn((await owner('GET', `${groupId}/providers/Microsoft.KeyVault/vaults?$top=1`)).json['nextLink'])
    const other = await caller('other')
    await assign(roles.reader, other, groupId)
    assert.equal((await owner('GET', next)).status, 200, 'control')
    assert.deepEqual(refusal(await other('GET', next)), [400, 'InvalidSkipToken'])
    assert.deepEqual(refusal(await owner('GET', next.replace('vaults?', 'vaults?$filter=x&'))), [400, 'InvalidSkipToken'])
    const token = /skiptoken=([^&]+)/.exec(next)?.[1] ?? ''
    assert.deepEqual(refusal(await owner('GET', next.replace(token, `${token.slice(0, -2)}AA`))), [400, 'InvalidSkipToken'])
    for (const top of ['0', '-1', 'x', '1.5'])
      assert.equal((await owner('GET', `${groupId}/providers/Microsoft.KeyVault/vaults?$top=${top}`)).status, 400)
  })

  test('of resources are filtered by type, name and tag, and show what the caller may read', async () => {
    const { owner, caller, assign } = await armWire()
    await owner('PUT', vaultPath('kv-a1'), vaultBody({}, { tags: { team: 'red' } }))
    await owner('PUT', vaultPath('kv-b2'), vaultBody())
    await owner('PUT', `${groupId}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id1`, { location: 'local' })
    const list = async (filter: string, as = owner) =>
      namesIn(await as('GET', `/subscriptions/${subscriptionId}/resources?%24filter=${encodeURIComponent(filter)}&api-version=2015-11-01`))
    assert.deepEqual(await list("resourceType eq 'Microsoft.KeyVault/vaults'"), ['kv-a1', 'kv-b2'])
    assert.deepEqual(await list("resourceType eq 'microsoft.keyvault/VAULTS' and name eq 'KV-b2'"), ['kv-b2'])
    assert.deepEqual(await list("tagName eq 'team' and tagValue eq 'red'"), ['kv-a1'])
    assert.deepEqual(await list(''), ['kv-a1', 'kv-b2', 'id1'])
    const narrow = await caller('narrow')
    await assign(roles.reader, narrow, vaultPath('kv-b2'))
    assert.deepEqual(await list('', narrow), ['kv-b2'])
    const refused = await owner('GET', `/subscriptions/${subscriptionId}/resources?$filter=${encodeURIComponent("plan eq 'x'")}`)
    assert.equal(refused.status, 400, 'a filter that is not understood widens nothing')
  })

  test('of groups show those that the caller may read', async () => {
    const { owner, caller, assign } = await armWire()
    await owner('PUT', group('g2'), { location: 'local' })
    const reader = await caller('reader')
    await assign(roles.reader, reader, group('g2'))
    assert.deepEqual(namesIn(await reader('GET', `/subscriptions/${subscriptionId}/resourcegroups`)), ['g2'])
    assert.deepEqual(namesIn(await owner('GET', `/subscriptions/${subscriptionId}/resourcegroups`)), ['g2', 'rg'])
  })
})

describe('a user-assigned identity', () => {
  test('has a principal that stays the same while it lives, and goes with it', async () => {
    const { owner, ground } = await armWire()
    const path = `${groupId}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/my-id`
    const made = await owner('PUT', path, { location: 'local' })
    assert.equal(made.status, 201, made.text)
    const again = await owner('PUT', path, { location: 'local', tags: { a: 'b' } })
    assert.deepEqual([again.status, propertiesOf(again)['principalId']], [200, propertiesOf(made)['principalId']])
    assert.notEqual(propertiesOf(made)['principalId'], propertiesOf(made)['clientId'])
    const find = () => ground.context.servicePrincipals.peek().filter(({ value }) => value.id === propertiesOf(made)['principalId'])
    assert.equal(find().length, 1)
    assert.equal((await owner('DELETE', path)).status, 200)
    assert.equal((await owner('DELETE', path)).status, 204)
    assert.equal(find().length, 0)
    assert.deepEqual(listIn((await owner('GET', path.replace('/my-id', ''))).json['value']), [])
  })
})

describe('the deletion of a group', () => {
  test('keeps a purge-protected vault among the deleted ones: nobody purges it, and it comes back into a group of that name', async () => {
    const { owner, work } = await armWire()
    const vault = vaultPath('kv-guarded')
    assert.equal((await owner('PUT', vault, vaultBody({ enablePurgeProtection: true }))).status, 201)
    assert.equal((await owner('DELETE', groupId)).status, 202)
    assert.deepEqual(refusal(await owner('PUT', vaultPath('kv-late'), vaultBody())), [409, 'ResourceGroupBeingDeleted'])
    await work()
    assert.equal((await owner('GET', groupId)).status, 404)
    assert.equal(propertiesOf(await owner('GET', deletedPath('kv-guarded')))['purgeProtectionEnabled'], true)
    assert.deepEqual(refusal(await owner('POST', `${deletedPath('kv-guarded')}/purge`)), [405, 'MethodNotAllowed'])
    const recover = async () => owner('PUT', vault, vaultBody({ createMode: 'recover' }))
    assert.deepEqual(refusal(await recover()), [404, 'ResourceGroupNotFound'])
    assert.equal((await owner('PUT', groupId, { location: 'local' })).status, 201)
    const back = await recover()
    assert.deepEqual([back.status, propertiesOf(back)['enablePurgeProtection']], [201, true])
  })
})
