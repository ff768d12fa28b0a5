import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { listIn, objectIn, textIn } from '#protocols/http/testing.ts'
import { armWire, groupId, propertiesOf, refusal, roles, subscriptionId, vaultBody, vaultPath } from './testing.ts'

const subscription = `/subscriptions/${subscriptionId}`
const tagsPath = (scope: string): string => `${scope}/providers/Microsoft.Resources/tags/default?api-version=2021-04-01`

describe('tags as a resource', () => {
  for (const [what, scope] of [
    ['a subscription', subscription],
    ['a group', groupId],
    ['a vault', vaultPath('kv-1')],
  ] as const) {
    test(`of ${what} are replaced, merged, taken away by name and value, and cleared`, async () => {
      const { owner } = await armWire()
      await owner('PUT', vaultPath('kv-1'), vaultBody())
      const tags = async () => propertiesOf(await owner('GET', tagsPath(scope)))['tags']
      const change = async (operation: string, wanted: object) =>
        owner('PATCH', tagsPath(scope), { operation, properties: { tags: wanted } })
      const put = await owner('PUT', tagsPath(scope), { properties: { tags: { Team: 'a', cost: '1' } } })
      assert.deepEqual(
        [put.status, put.json['id'], propertiesOf(put)['tags']],
        [200, tagsPath(scope).split('?')[0], { Team: 'a', cost: '1' }],
      )
      await change('Merge', { team: 'b', more: 'x' })
      assert.deepEqual(await tags(), { Team: 'b', cost: '1', more: 'x' }, 'a name keeps its case')
      await change('delete', { COST: '1', more: 'other' })
      assert.deepEqual(await tags(), { Team: 'b', more: 'x' })
      await change('Replace', { only: 'this' })
      assert.deepEqual(await tags(), { only: 'this' })
      assert.equal((await change('Improve', {})).status, 400)
      assert.equal((await owner('DELETE', tagsPath(scope))).status, 200)
      assert.deepEqual(await tags(), {})
    })
  }

  test('are the resource’s own, and change nothing else of it', async () => {
    const { owner } = await armWire()
    await owner('PUT', vaultPath('kv-1'), vaultBody())
    const before = propertiesOf(await owner('GET', vaultPath('kv-1')))
    await owner('PUT', tagsPath(vaultPath('KV-1')), { properties: { tags: { a: 'b' } } })
    const after = await owner('GET', vaultPath('kv-1'))
    assert.deepEqual([after.json['tags'], propertiesOf(after)], [{ a: 'b' }, before])
  })

  test('have ARM’s limits, a place to stand on, and rights of their own', async () => {
    const { owner, caller, assign } = await armWire()
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`n${at}`, 'v']))
    assert.deepEqual(refusal(await owner('PUT', tagsPath(groupId), { properties: { tags: many } })), [400, 'TooManyTags'])
    assert.equal((await owner('PUT', tagsPath(vaultPath('nobody')), { properties: { tags: {} } })).status, 404)
    const reader = await caller('reader')
    await assign(roles.reader, reader, groupId)
    assert.equal((await reader('GET', tagsPath(groupId))).status, 200)
    assert.deepEqual(refusal(await reader('PUT', tagsPath(groupId), { properties: { tags: {} } })), [403, 'AuthorizationFailed'])
  })
})

describe('the activity log', () => {
  const log = `${subscription}/providers/Microsoft.Insights/eventtypes/management/values?api-version=2015-04-01`
  const since = "eventTimestamp ge '2020-01-01T00:00:00Z'"
  const filtered = (filter: string, more = ''): string => `${log}&$filter=${encodeURIComponent(filter)}${more}`

  test('tells what was done, newest first, and nothing that only reads', async () => {
    const { owner, caller } = await armWire()
    await owner('PUT', vaultPath('kv-1'), vaultBody())
    await owner('GET', vaultPath('kv-1'))
    const stranger = await caller('stranger')
    await stranger('DELETE', vaultPath('kv-1'))
    await owner('PATCH', vaultPath('kv-1'), { tags: { a: 'b' } })
    await owner('DELETE', vaultPath('kv-1'))
    const events = listIn((await owner('GET', filtered(since))).json['value'])
    const told = events.map(event => [objectIn(event['operationName'])['value'], objectIn(event['status'])['value'], event['caller']])
    const write = 'Microsoft.KeyVault/vaults/write'
    assert.deepEqual(told, [
      ['Microsoft.KeyVault/vaults/delete', 'Succeeded', owner.made.appId],
      [write, 'Succeeded', owner.made.appId],
      ['Microsoft.KeyVault/vaults/delete', 'Failed', stranger.made.appId],
      [write, 'Succeeded', owner.made.appId],
    ])
    const [last] = events
    assert.deepEqual(
      [last?.['resourceId'], last?.['resourceGroupName'], objectIn(last?.['resourceType'])['value']],
      [vaultPath('kv-1'), 'rg', 'Microsoft.KeyVault/vaults'],
    )
    assert.ok(!JSON.stringify(events).includes('Bearer'))
  })

  test('is filtered by time, group, resource, provider and correlation, and shows the members asked for', async () => {
    const { owner, ground } = await armWire()
    const other = `${subscription}/resourceGroups/other`
    await owner('PUT', other, { location: 'local' })
    ground.clock.advance(60_000)
    await owner('PUT', vaultPath('kv-1'), vaultBody(), { 'x-ms-correlation-request-id': 'aaaaaaaa-0000-4000-8000-000000000001' })
    const count = async (filter: string) => listIn((await owner('GET', filtered(filter))).json['value']).length
    assert.equal(await count(since), 2)
    assert.equal(await count(`${since} and resourceGroupName eq 'RG'`), 1)
    assert.equal(await count(`${since} and resourceUri eq '${vaultPath('KV-1')}'`), 1)
    assert.equal(await count(`${since} and resourceProvider eq 'Microsoft.KeyVault'`), 1)
    assert.equal(await count(`${since} and correlationId eq 'AAAAAAAA-0000-4000-8000-000000000001'`), 1)
    const between = new Date(ground.clock.now() - 30_000).toISOString()
    assert.equal(await count(`eventTimestamp ge '${between}'`), 1)
    assert.equal(
      await count(`eventTimestamp ge ${between} and eventTimestamp le 2999-01-01T00:00:00Z`),
      1,
      'times without quotes, as az sends them',
    )
    assert.equal(await count(`${since} and eventTimestamp le '${between}'`), 1)
    const [event] = listIn((await owner('GET', filtered(since, '&$select=operationName,caller'))).json['value'])
    assert.deepEqual(Object.keys(event ?? {}), ['caller', 'operationName'])
    for (const wrong of [
      '',
      "caller eq 'x'",
      `${since} and ${since}`,
      "eventTimestamp ge 'yesterday'",
      "resourceGroupName eq 'rg'",
      `${since} or true`,
      `${since} and resourceUri eq '/subscriptions/x'`,
    ])
      assert.equal((await owner('GET', filtered(wrong))).status, 400, wrong)
  })

  test('is shown page by page, each event once', async () => {
    const { owner } = await armWire()
    for (let at = 0; at < 5; at++) await owner('PATCH', groupId, { tags: { at: `${at}` } })
    const seen: string[] = []
    let next: unknown = filtered(since, '&$top=2')
    for (let pages = 0; typeof next === 'string' && pages < 10; pages++) {
      const page = await owner('GET', next)
      seen.push(...listIn(page.json['value']).map(event => textIn(event['eventDataId'])))
      next = page.json['nextLink']
    }
    assert.deepEqual([seen.length, new Set(seen).size], [5, 5])
  })

  test('is read where one may read: a group’s reader sees the group’s', async () => {
    const { owner, caller, assign } = await armWire()
    await owner('PUT', vaultPath('kv-1'), vaultBody())
    const reader = await caller('reader')
    await assign(roles.reader, reader, groupId)
    assert.deepEqual(refusal(await reader('GET', filtered(since))), [403, 'AuthorizationFailed'])
    assert.equal((await reader('GET', filtered(`${since} and resourceGroupName eq 'rg'`))).status, 200)
    assert.deepEqual(refusal(await reader('GET', filtered(`${since} and resourceGroupName eq 'other'`))), [403, 'AuthorizationFailed'])
  })
})

describe('the operations of a provider', () => {
  test('are what roles are asked for, data actions among them', async () => {
    const { owner, caller } = await armWire()
    const listed = listIn((await owner('GET', '/providers/Microsoft.KeyVault/operations?api-version=2022-07-01')).json['value'])
    const names = new Map(listed.map(one => [textIn(one['name']), one['isDataAction']]))
    assert.equal(names.size, listed.length)
    assert.deepEqual([names.get('Microsoft.KeyVault/vaults/write'), names.get('Microsoft.KeyVault/vaults/keys/wrap/action')], [false, true])
    const stranger = await caller('stranger')
    assert.equal((await stranger('GET', '/providers/microsoft.compute/operations?api-version=2022-03-02')).status, 200)
    assert.equal((await owner('GET', '/providers/Microsoft.Nothing/operations?api-version=2022-03-02')).status, 404)
    const shown = await owner('GET', '/providers/Microsoft.Authorization/providerOperations/Microsoft.KeyVault?api-version=2022-04-01')
    const types = new Set(listIn(shown.json['resourceTypes']).map(type => type['name']))
    assert.ok(types.has('vaults') && types.has('vaults/keys'))
    assert.ok(
      listIn((await owner('GET', '/providers/Microsoft.Authorization/providerOperations?api-version=2022-04-01')).json['value']).length >=
        5,
    )
  })
})

describe('a resource by its id alone', () => {
  test('is there or is not, to who may read it', async () => {
    const { owner, caller } = await armWire()
    await owner('PUT', vaultPath('kv-1'), vaultBody())
    const head = async (who: typeof owner, path: string) => (await who('HEAD', path)).status
    assert.equal(await head(owner, vaultPath('KV-1')), 204)
    assert.equal(await head(owner, vaultPath('nobody')), 404)
    assert.equal(await head(owner, `${groupId}/providers/Microsoft.Nothing/things/x`), 404)
    assert.equal(await head(await caller('stranger'), vaultPath('kv-1')), 403)
  })
})

describe('the rate limits of the management plane', () => {
  const left = (answered: { readonly headers: Readonly<Record<string, string>> }, kind: string) =>
    Number(answered.headers[`x-ms-ratelimit-remaining-subscription-${kind}`])

  test('count down by caller and kind, refuse what is beyond, and come back with time', async () => {
    const { owner, caller, assign, ground } = await armWire({ throttle: true })
    const other = await caller('other')
    await assign(roles.reader, other, groupId)
    const first = left(await owner('GET', groupId), 'reads')
    assert.equal(left(await owner('GET', groupId), 'reads'), first - 1)
    assert.equal(left(await owner('PATCH', groupId, { tags: {} }), 'writes') < 200, true)
    let refused = await owner('GET', groupId)
    for (let sent = 0; refused.status === 200 && sent < 300; sent++) refused = await owner('GET', groupId)
    assert.deepEqual([...refusal(refused), refused.headers['retry-after'], left(refused, 'reads')], [429, 'TooManyRequests', '1', 0])
    assert.equal((await owner('PATCH', groupId, { tags: {} })).status, 200, 'writes are counted apart')
    assert.equal((await other('GET', groupId)).status, 200, 'and so are others')
    ground.clock.advance(1_000)
    assert.equal((await owner('GET', groupId)).status, 200)
  })

  test('are shown whole, and not counted, where they are off', async () => {
    const { owner } = await armWire()
    for (let sent = 0; sent < 3; sent++) assert.equal(left(await owner('GET', groupId), 'reads'), 250)
  })
})
