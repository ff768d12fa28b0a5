import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { leadsTo } from '#domain/networks/private-address.ts'
import { system } from '#model/principal.ts'
import { listIn, objectIn, textIn, type Answered } from '#protocols/http/testing.ts'
import { armWire, groupId, propertiesOf, refusal, roles, vaultBody, vaultPath, type ArmWire, type Caller } from './testing.ts'

const endpointPath = (name: string): string => `${groupId}/providers/Microsoft.Network/privateEndpoints/${name}`
const one = (manual: boolean, more: object = {}) => {
  const wanted = [
    { name: 'link', properties: { privateLinkServiceId: vaultPath('kv-1'), groupIds: ['vault'], requestMessage: 'please', ...more } },
  ]
  return {
    location: 'local',
    properties: manual ? { manualPrivateLinkServiceConnections: wanted } : { privateLinkServiceConnections: wanted },
  }
}
const put = async (who: Caller, manual: boolean, name = 'pe') => who('PUT', endpointPath(name), one(manual))

const connectionsIn = (vault: Answered) => listIn(propertiesOf(vault)['privateEndpointConnections'] ?? [])
const stateIn = (resource: unknown) => objectIn(objectIn(objectIn(resource)['properties'])['privateLinkServiceConnectionState'])['status']

async function withVault(): Promise<ArmWire> {
  const wire = await armWire()
  assert.equal((await wire.owner('PUT', vaultPath('kv-1'), vaultBody({ publicNetworkAccess: 'Disabled' }))).status, 201)
  return wire
}

/** Does its address lead to the vault now? */
async function leads({ ground, owner }: ArmWire, name = 'pe'): Promise<boolean> {
  const [config] = listIn(propertiesOf(await owner('GET', endpointPath(name)))['customDnsConfigs'])
  const address = String(config?.['ipAddresses'])
  return ground.run(system, async call => leadsTo(ground.context, call, { address, vault: { id: vaultPath('KV-1') } }))
}

describe('a private endpoint', () => {
  test('of whoever may approve at the vault is let in at once, on both sides', async () => {
    const wire = await withVault()
    const made = await put(wire.owner, false)
    assert.equal(made.status, 201, made.text)
    const [link] = listIn(propertiesOf(made)['privateLinkServiceConnections'])
    assert.equal(stateIn(link), 'Approved')
    const vault = await wire.owner('GET', vaultPath('kv-1'))
    const [connection] = connectionsIn(vault)
    assert.deepEqual(
      [stateIn(connection), objectIn(objectIn(connection?.['properties'])['privateEndpoint'])['id']],
      ['Approved', endpointPath('pe')],
    )
    assert.equal(await leads(wire), true)
    const [config] = listIn(propertiesOf(made)['customDnsConfigs'])
    assert.equal(config?.['fqdn'], 'kv-1.vault.keystead.test')
    assert.match(String(config['ipAddresses']), /^127\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.\d+\.\d+$/)
    assert.equal((await put(wire.owner, false)).status, 200, 'and asked again it is the same')
    assert.equal(connectionsIn(await wire.owner('GET', vaultPath('kv-1'))).length, 1)
  })

  test('of strangers fill no vault: those that wait are few, its owner’s own come in, and it can be deleted', async () => {
    const wire = await withVault()
    const someone = await wire.caller('network people')
    await wire.assign(roles.networkContributor, someone, groupId)
    for (let at = 0; at < 64; at += 1) assert.equal((await put(someone, true, `pe-${at}`)).status, 201)
    assert.deepEqual(refusal(await put(someone, true, 'pe-more')), [400, 'PrivateEndpointConnectionsLimitExceeded'])
    assert.equal((await put(someone, true, 'pe-7')).status, 200, 'what waits already goes on waiting')
    assert.equal((await put(wire.owner, false, 'own')).status, 201)
    assert.equal((await wire.owner('DELETE', vaultPath('kv-1'))).status, 200)
  })

  test('of anybody else waits: approval lets it in, rejection shuts it out, removal leaves it disconnected', async () => {
    const wire = await withVault()
    const someone = await wire.caller('network people')
    await wire.assign(roles.networkContributor, someone, groupId)
    assert.deepEqual(refusal(await put(someone, false)), [403, 'LinkedAuthorizationFailed'])
    const made = await put(someone, true)
    assert.equal(made.status, 201, made.text)
    assert.equal(stateIn(listIn(propertiesOf(made)['manualPrivateLinkServiceConnections'])[0]), 'Pending')
    assert.equal(await leads(wire), false)
    const [connection] = connectionsIn(await wire.owner('GET', vaultPath('kv-1')))
    const path = textIn(connection?.['id'])
    const decide = async (who: Caller, status: string) =>
      who('PUT', path, { properties: { privateLinkServiceConnectionState: { status, description: 'decided' } } })
    assert.deepEqual(refusal(await decide(someone, 'Approved')), [403, 'AuthorizationFailed'])
    assert.equal((await decide(wire.owner, 'Pending')).status, 400)
    for (const [status, open] of [
      ['Approved', true],
      ['Rejected', false],
      ['approved', true],
    ] as const) {
      assert.equal((await decide(wire.owner, status)).status, 200)
      assert.equal(await leads(wire), open, status)
    }
    assert.equal((await wire.owner('DELETE', path)).status, 200)
    assert.equal((await wire.owner('DELETE', path)).status, 204)
    assert.equal(await leads(wire), false)
    const left = propertiesOf(await someone('GET', endpointPath('pe')))
    assert.equal(stateIn(listIn(left['manualPrivateLinkServiceConnections'])[0]), 'Disconnected')
    assert.deepEqual(refusal(await decide(wire.owner, 'Approved')), [404, 'ResourceNotFound'])
  })

  test('goes with its connection and its address; a deleted vault comes back without any', async () => {
    const wire = await withVault()
    await put(wire.owner, false)
    await put(wire.owner, false, 'other')
    assert.equal((await wire.owner('DELETE', endpointPath('pe'))).status, 202)
    assert.equal((await wire.owner('DELETE', endpointPath('pe'))).status, 204)
    assert.equal(connectionsIn(await wire.owner('GET', vaultPath('kv-1'))).length, 1)
    await wire.owner('DELETE', vaultPath('kv-1'))
    assert.equal(await leads(wire, 'other'), false)
    const back = await wire.owner('PUT', vaultPath('kv-1'), vaultBody({ createMode: 'recover' }))
    assert.deepEqual([back.status, connectionsIn(back)], [201, []])
    assert.equal(await leads(wire, 'other'), false)
    await wire.owner('DELETE', endpointPath('other'))
    const kinds = wire.ground.context.names.peek().map(({ path: [kind] }) => kind)
    assert.deepEqual(kinds, ['vault'], 'no address is kept')
  })

  test('is refused where it leads nowhere, or to more than one thing', async () => {
    const { owner } = await withVault()
    const cases: readonly (readonly [body: object, code: string])[] = [
      [one(true, { privateLinkServiceId: vaultPath('nobody') }), 'InvalidResourceReference'],
      [one(true, { groupIds: ['blob'] }), 'InvalidGroupIds'],
      [one(true, { groupIds: [] }), 'InvalidRequestContent'],
      [one(true, { privateLinkServiceId: groupId }), 'InvalidRequestContent'],
      [{ location: 'local', properties: {} }, 'InvalidRequestContent'],
      [{ ...one(true), location: undefined }, 'LocationRequired'],
    ]
    for (const [body, code] of cases) assert.deepEqual(refusal(await owner('PUT', endpointPath('pe'), body)), [400, code], code)
    assert.deepEqual(refusal(await owner('GET', endpointPath('pe'))), [404, 'ResourceNotFound'])
  })

  test('is emptied out with its group, before the vault that it leads to', async () => {
    const wire = await withVault()
    await put(wire.owner, false)
    assert.equal((await wire.owner('DELETE', groupId)).status, 202)
    await wire.work()
    assert.equal((await wire.owner('GET', groupId)).status, 404)
    assert.deepEqual([wire.ground.context.privateEndpoints.peek(), wire.ground.context.privateEndpointConnections.peek()], [[], []])
  })

  test('finds out what a vault offers', async () => {
    const { owner } = await withVault()
    const listed = await owner('GET', `${vaultPath('kv-1')}/privateLinkResources`)
    const [resource] = listIn(listed.json['value'])
    const { groupId: group, requiredMembers } = objectIn(resource?.['properties'])
    assert.deepEqual([group, requiredMembers], ['vault', ['default']])
    assert.deepEqual(listIn((await owner('GET', `${vaultPath('kv-1')}/privateEndpointConnections`)).json['value']), [])
    assert.deepEqual(refusal(await owner('GET', `${vaultPath('kv-1')}/privateEndpointConnections/none`)), [404, 'ResourceNotFound'])
  })
})

describe('the network rules of a vault on the control plane', () => {
  const acls = { bypass: 'None', defaultAction: 'Deny', ipRules: [{ value: '203.0.113.7' }], virtualNetworkRules: [] }

  test('take addresses and ranges of both families, and nothing else; what was there stays', async () => {
    const { owner } = await armWire()
    await owner('PUT', vaultPath('kv-1'), vaultBody({ networkAcls: acls }))
    const patch = async (networkAcls: object) => owner('PATCH', vaultPath('kv-1'), { properties: { networkAcls } })
    for (const value of [
      'not-an-address',
      '300.1.1.1',
      '010.1.1.1',
      '10.0.0.0/33',
      '::1/129',
      '',
      '10.0.0.0/8/8',
      'fe80::1%lo',
      '0.0.0.0-1.1.1.1',
      7,
      null,
    ])
      assert.equal((await patch({ ...acls, ipRules: [{ value }] })).status, 400, String(value))
    const many = Array.from({ length: 1_001 }, (_, at) => ({ value: `10.0.${Math.floor(at / 256)}.${at % 256}` }))
    assert.deepEqual(refusal(await patch({ ...acls, ipRules: many })), [400, 'BadRequest'])
    assert.deepEqual(propertiesOf(await owner('GET', vaultPath('kv-1')))['networkAcls'], acls)
    const kept = [{ value: '10.0.0.0/8' }, { value: '2001:db8::/32' }, { value: '::1' }, { value: '203.0.113.7/32' }]
    assert.deepEqual(propertiesOf(await patch({ ...acls, ipRules: kept }))['networkAcls'], { ...acls, ipRules: kept })
    assert.equal((await patch({ ...acls, ipRules: many.slice(1) })).status, 200)
  })

  test('that a change does not name stay as they are: a part never opens the whole', async () => {
    const { owner } = await armWire()
    await owner('PUT', vaultPath('kv-1'), vaultBody({ networkAcls: acls }))
    const changed = await owner('PATCH', vaultPath('kv-1'), { properties: { networkAcls: { ipRules: [] } } })
    assert.deepEqual(propertiesOf(changed)['networkAcls'], { ...acls, ipRules: [] })
  })

  test('name subnets by their ids', async () => {
    const { owner } = await armWire()
    const id = `${groupId}/providers/Microsoft.Network/virtualNetworks/vn/subnets/s`
    const rules = [{ id, ignoreMissingVnetServiceEndpoint: true }]
    const made = await owner('PUT', vaultPath('kv-1'), vaultBody({ networkAcls: { ...acls, virtualNetworkRules: rules } }))
    assert.deepEqual(objectIn(propertiesOf(made)['networkAcls'])['virtualNetworkRules'], rules)
    const wrong = await owner('PUT', vaultPath('kv-1'), vaultBody({ networkAcls: { virtualNetworkRules: [{ id: 'everywhere' }] } }))
    assert.equal(wrong.status, 400)
  })
})
