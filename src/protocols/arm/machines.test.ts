import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { listIn, objectIn, textIn, type Answered } from '#protocols/http/testing.ts'
import { armWire, groupId, namesIn, propertiesOf, refusal, roles, type ArmWire, type Caller } from './testing.ts'

const compute = `${groupId}/providers/Microsoft.Compute`
const network = `${groupId}/providers/Microsoft.Network`
const machinePath = (name = 'vm1'): string => `${compute}/virtualMachines/${name}?api-version=2024-03-01`
const nicId = `${network}/networkInterfaces/nic1`
const diskId = `${compute}/disks/os1`
const uai = (name: string): string => `${groupId}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`

const body = (properties: object = {}, more: object = {}) => ({
  location: 'local',
  identity: { type: 'SystemAssigned' },
  ...more,
  properties: { hardwareProfile: { vmSize: 'Standard_D2s_v5' }, ...properties },
})
const identityOf = ({ json }: Answered) => objectIn(json['identity'])
const attach = { storageProfile: { osDisk: { createOption: 'Attach', osType: 'Linux', managedDisk: { id: diskId } } } }
const joined = { networkProfile: { networkInterfaces: [{ id: nicId, properties: { primary: true } }] } }

async function withParts(): Promise<ArmWire> {
  const wire = await armWire()
  const { owner } = wire
  const subnets = [{ name: 'default', properties: { addressPrefix: '10.0.0.0/24' } }]
  await good(
    owner('PUT', `${network}/virtualNetworks/vn?api-version=2023-09-01`, {
      location: 'local',
      properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] }, subnets },
    }),
  )
  await good(owner('PUT', `${nicId}?api-version=2023-09-01`, nicBody('default')))
  await good(
    owner('PUT', `${diskId}?api-version=2023-04-02`, {
      location: 'local',
      properties: { creationData: { createOption: 'Empty' }, diskSizeGB: 1 },
    }),
  )
  return wire
}
const nicBody = (subnet: string, more: object = {}) => ({
  location: 'local',
  properties: {
    ipConfigurations: [{ name: 'ip', properties: { subnet: { id: `${network}/virtualNetworks/vn/subnets/${subnet}` }, ...more } }],
  },
})

async function good(answer: Promise<Answered>): Promise<Answered> {
  const answered = await answer
  assert.ok(answered.status < 300, answered.text)
  return answered
}

describe('a virtual machine', () => {
  test('has an identity of its own, as long as it says so, and takes it along when it goes', async () => {
    const { owner, ground } = await armWire()
    const made = await good(owner('PUT', machinePath(), body()))
    const { type, principalId, tenantId } = identityOf(made)
    assert.deepEqual([made.status, type, tenantId], [201, 'SystemAssigned', ground.tenantId])
    const living = () => ground.context.servicePrincipals.peek().some(({ value }) => value.id === principalId)
    assert.ok(living())
    assert.equal(identityOf(await good(owner('PUT', machinePath(), body())))['principalId'], principalId, 'the same by every PUT')
    assert.equal(identityOf(await good(owner('PATCH', machinePath(), { tags: { a: 'b' } })))['principalId'], principalId)
    const without = await good(owner('PATCH', machinePath(), { identity: { type: 'None' } }))
    assert.ok(!('identity' in without.json) && !living())
    const again = identityOf(await good(owner('PATCH', machinePath(), { identity: { type: 'SystemAssigned' } })))['principalId']
    assert.notEqual(again, principalId)
    assert.equal((await owner('DELETE', machinePath())).status, 202)
    assert.ok(!ground.context.servicePrincipals.peek().some(({ value }) => value.id === again))
    assert.equal((await owner('DELETE', machinePath())).status, 204)
    assert.equal((await owner('GET', machinePath())).status, 404)
  })

  test('takes and loses user-assigned identities as az and Terraform send them', async () => {
    const { owner } = await armWire()
    for (const name of ['one', 'two', 'three']) await good(owner('PUT', uai(name), { location: 'local' }))
    const ids = (answered: Answered) =>
      Object.keys(objectIn(identityOf(answered)['userAssignedIdentities'] ?? {}))
        .map(id => id.slice(id.lastIndexOf('/') + 1))
        .toSorted((a, b) => (a < b ? -1 : 1))
    await good(owner('PUT', machinePath(), body({}, { identity: { type: 'UserAssigned', userAssignedIdentities: { [uai('one')]: {} } } })))
    const both = await good(
      owner('PATCH', machinePath(), { identity: { type: 'SystemAssigned, UserAssigned', userAssignedIdentities: { [uai('two')]: {} } } }),
    )
    assert.deepEqual([identityOf(both)['type'], ids(both)], ['SystemAssigned, UserAssigned', ['one', 'two']])
    assert.match(textIn(identityOf(both)['principalId']), /^[0-9a-f-]{36}$/)
    const fewer = await good(
      owner('PATCH', machinePath(), { identity: { type: 'SystemAssigned,UserAssigned', userAssignedIdentities: { [uai('ONE')]: null } } }),
    )
    assert.deepEqual(ids(fewer), ['two'])
    const none = await good(
      owner('PATCH', machinePath(), { identity: { type: 'UserAssigned', userAssignedIdentities: { [uai('two')]: null } } }),
    )
    assert.ok(!('identity' in none.json))
    const whole = await good(
      owner('PUT', machinePath(), body({}, { identity: { type: 'UserAssigned', userAssignedIdentities: { [uai('three')]: {} } } })),
    )
    assert.deepEqual(ids(whole), ['three'])
    const replaced = await good(
      owner(
        'PUT',
        machinePath(),
        body({}, { identity: { type: 'UserAssigned', userAssignedIdentities: { [uai('one')]: { clientId: 'x' } } } }),
      ),
    )
    assert.deepEqual(ids(replaced), ['one'], 'a PUT names all')
    assert.equal(
      (await owner('PATCH', machinePath(), { identity: { type: 'UserAssigned', userAssignedIdentities: { [uai('nobody')]: {} } } })).status,
      404,
    )
  })

  test('is given an identity only by who may assign it', async () => {
    const { owner, caller, assign } = await armWire()
    await good(owner('PUT', uai('one'), { location: 'local' }))
    const someone = await caller('machine people')
    await assign('9980e02c-c2be-4d73-94e8-173b1dc7cf3c', someone, groupId)
    const wanted = body({}, { identity: { type: 'UserAssigned', userAssignedIdentities: { [uai('one')]: {} } } })
    assert.deepEqual(refusal(await someone('PUT', machinePath(), wanted)), [403, 'LinkedAuthorizationFailed'])
    await assign('f1a07417-d97a-45cb-824c-7a7467783830', someone, uai('one'))
    assert.equal((await someone('PUT', machinePath(), wanted)).status, 201)
  })

  test('shows what it was told, its view, and no password', async () => {
    const { owner } = await withParts()
    const secret = 'Pa55-never-shown'
    const osProfile = {
      computerName: 'vm1',
      adminUsername: 'me',
      adminPassword: secret,
      customData: Buffer.from(secret).toString('base64'),
    }
    const made = await good(
      owner(
        'PUT',
        machinePath(),
        body({ ...attach, ...joined, osProfile, priority: 'regular', userData: 'aGk=', securityProfile: { encryptionAtHost: false } }),
      ),
    )
    const shown = await good(owner('GET', `${machinePath()}&$expand=instanceView`))
    for (const answered of [made, shown])
      assert.ok(!answered.text.includes(secret) && !answered.text.includes(osProfile.customData) && !answered.text.includes('aGk='))
    const properties = propertiesOf(shown)
    assert.deepEqual(properties['hardwareProfile'], { vmSize: 'Standard_D2s_v5' })
    assert.deepEqual(properties['osProfile'], { computerName: 'vm1', adminUsername: 'me' })
    assert.equal(properties['priority'], 'Regular')
    assert.deepEqual(objectIn(properties['networkProfile'])['networkInterfaces'], [{ id: nicId, properties: { primary: true } }])
    assert.deepEqual(objectIn(objectIn(objectIn(properties['storageProfile'])['osDisk'])['managedDisk'])['id'], diskId)
    const codes = listIn(objectIn(properties['instanceView'])['statuses']).map(({ code }) => code)
    assert.deepEqual(codes, ['ProvisioningState/succeeded', 'PowerState/deallocated'])
    const view = await good(owner('GET', machinePath().replace('?', '/instanceView?')))
    assert.deepEqual(
      listIn(view.json['statuses']).map(({ code }) => code),
      codes,
    )
    assert.equal(propertiesOf(await owner('GET', `${machinePath()}&$expand=userData`))['userData'], 'aGk=')
    const back = await good(owner('PUT', machinePath(), shown.json))
    assert.deepEqual(propertiesOf(back)['storageProfile'], properties['storageProfile'], 'what came back can be sent back')
    assert.deepEqual(namesIn(await owner('GET', `${compute}/virtualMachines?api-version=2024-03-01`)), ['vm1'])
    assert.deepEqual(
      namesIn(
        await owner(
          'GET',
          `${groupId.split('/resourceGroups')[0] ?? ''}/providers/Microsoft.Compute/virtualMachines?api-version=2024-03-01`,
        ),
      ),
      ['vm1'],
    )
  })

  test('keeps its disks and interfaces from everybody else while it is there', async () => {
    const { owner } = await withParts()
    await good(owner('PUT', machinePath(), body({ ...attach, ...joined })))
    const disk = `${diskId}?api-version=2023-04-02`
    const shown = await owner('GET', disk)
    assert.deepEqual([shown.json['managedBy'], propertiesOf(shown)['diskState']], [machinePath().split('?')[0], 'Reserved'])
    assert.deepEqual(refusal(await owner('DELETE', disk)), [409, 'OperationNotAllowed'])
    assert.deepEqual(refusal(await owner('PUT', machinePath('vm2'), body(attach))), [409, 'ConflictingUserInput'])
    assert.deepEqual(refusal(await owner('PUT', machinePath('vm2'), body(joined))), [400, 'NicInUse'])
    assert.deepEqual(refusal(await owner('DELETE', `${nicId}?api-version=2023-09-01`)), [400, 'NicInUse'])
    assert.deepEqual(refusal(await owner('DELETE', `${network}/virtualNetworks/vn?api-version=2023-09-01`)), [
      400,
      'InUseSubnetCannotBeDeleted',
    ])
    assert.equal((await owner('GET', machinePath('vm2'))).status, 404, 'nothing was made')
    await good(owner('PATCH', machinePath(), { properties: { storageProfile: { dataDisks: [] } } }))
    assert.equal(propertiesOf(await owner('GET', disk))['diskState'], 'Unattached')
    await good(owner('PUT', machinePath('vm2'), body(attach)))
    await good(owner('DELETE', machinePath('vm2')))
    assert.equal((await owner('DELETE', disk)).status, 202)
  })

  const unsupported: readonly (readonly [what: string, properties: object, status: number, code: string])[] = [
    ['an image', { storageProfile: { imageReference: { publisher: 'p' } } }, 400, 'InvalidRequestContent'],
    [
      'a disk that comes with it',
      { storageProfile: { osDisk: { createOption: 'FromImage', managedDisk: { id: diskId } } } },
      400,
      'InvalidRequestContent',
    ],
    [
      'a disk that is not there',
      { storageProfile: { osDisk: { createOption: 'Attach', managedDisk: { id: `${diskId}x` } } } },
      404,
      'ResourceNotFound',
    ],
    ['an interface that is not there', { networkProfile: { networkInterfaces: [{ id: `${nicId}x` }] } }, 400, 'InvalidResourceReference'],
    ['encryption at host', { securityProfile: { encryptionAtHost: true } }, 400, 'InvalidRequestContent'],
    ['trusted launch', { securityProfile: { securityType: 'TrustedLaunch' } }, 400, 'InvalidRequestContent'],
    ['an availability set', { availabilitySet: { id: 'x' } }, 400, 'InvalidRequestContent'],
    ['no size', { hardwareProfile: {} }, 400, 'InvalidParameter'],
  ]
  for (const [what, properties, status, code] of unsupported)
    test(`with ${what} is refused, and not made`, async () => {
      const { owner } = await withParts()
      assert.deepEqual(refusal(await owner('PUT', machinePath(), body(properties))), [status, code])
      assert.equal((await owner('GET', machinePath())).status, 404)
    })

  test('is not run here, and says so; deallocated it is already', async () => {
    const { owner } = await armWire()
    await good(owner('PUT', machinePath(), body()))
    const act = async (action: string) => owner('POST', machinePath().replace('?', `/${action}?`))
    for (const action of ['start', 'powerOff', 'restart', 'redeploy'])
      assert.deepEqual(refusal(await act(action)), [409, 'OperationNotAllowed'], action)
    assert.equal((await act('deallocate')).status, 200)
  })

  test('goes with its group, before what it holds', async () => {
    const { owner, work } = await withParts()
    await good(owner('PUT', machinePath(), body({ ...attach, ...joined })))
    await good(owner('DELETE', groupId))
    await work()
    assert.equal((await owner('GET', groupId)).status, 404)
  })
})

describe('networks and interfaces', () => {
  const nic = async (owner: Caller, name: string, ...[subnet = 'default', more = {}]: readonly [subnet?: string, more?: object]) =>
    owner('PUT', `${network}/networkInterfaces/${name}?api-version=2023-09-01`, nicBody(subnet, more))
  const addressIn = (answered: Answered) =>
    objectIn(listIn(propertiesOf(answered)['ipConfigurations'])[0]?.['properties'])['privateIPAddress']

  test('give every interface an address of its own in its subnet, and keep it', async () => {
    const { owner } = await withParts()
    assert.deepEqual([addressIn(await nic(owner, 'nic1')), addressIn(await nic(owner, 'nic2'))], ['10.0.0.4', '10.0.0.5'])
    assert.equal(addressIn(await nic(owner, 'nic1')), '10.0.0.4', 'asked again it is the same')
    assert.equal(
      addressIn(await nic(owner, 'nic3', 'default', { privateIPAllocationMethod: 'Static', privateIPAddress: '10.0.0.9' })),
      '10.0.0.9',
    )
    const wrong = async (address: string) =>
      refusal(await nic(owner, 'nic4', 'default', { privateIPAllocationMethod: 'Static', privateIPAddress: address }))
    assert.deepEqual(await wrong('10.0.0.9'), [400, 'PrivateIPAddressIsAllocated'])
    assert.deepEqual(await wrong('10.0.1.9'), [400, 'PrivateIPAddressNotInSubnet'])
    assert.deepEqual(await wrong('10.0.0.1'), [400, 'PrivateIPAddressNotInSubnet'], 'the first four are the cloud’s')
    assert.deepEqual(refusal(await nic(owner, 'nic4', 'nowhere')), [400, 'InvalidResourceReference'])
  })

  test('refuse subnets that are outside or overlap', async () => {
    const { owner } = await withParts()
    const put = async (name: string, addressPrefix: string) =>
      owner('PUT', `${network}/virtualNetworks/vn/subnets/${name}?api-version=2023-09-01`, { properties: { addressPrefix } })
    assert.deepEqual(refusal(await put('other', '10.1.0.0/24')), [400, 'NetcfgInvalidSubnet'])
    assert.deepEqual(refusal(await put('other', '10.0.0.128/25')), [400, 'NetcfgSubnetRangesOverlap'])
    assert.deepEqual(refusal(await put('other', '10.0.1.1/24')), [400, 'InvalidRequestContent'])
    assert.equal((await put('other', '10.0.1.0/24')).status, 201)
    assert.equal((await put('other', '10.0.1.0/25')).status, 200)
    const listed = await owner('GET', `${network}/virtualNetworks/vn/subnets?api-version=2023-09-01`)
    assert.deepEqual(namesIn(listed), ['default', 'other'])
    assert.deepEqual(refusal(await owner('DELETE', `${network}/virtualNetworks/vn/subnets/default?api-version=2023-09-01`)), [
      400,
      'InUseSubnetCannotBeDeleted',
    ])
    assert.equal((await owner('DELETE', `${network}/virtualNetworks/vn/subnets/other?api-version=2023-09-01`)).status, 202)
  })

  test('are joined only by who may join', async () => {
    const { owner, caller, assign } = await withParts()
    const reader = await caller('interface people')
    await assign(roles.reader, reader, groupId)
    assert.deepEqual(refusal(await nic(reader, 'nic9')), [403, 'AuthorizationFailed'])
    assert.equal((await nic(owner, 'nic9')).status, 201)
  })
})
