import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { audiencesOf } from '#domain/identity/audiences.ts'
import { identityGround, tenantId, type IdentityGround } from '#domain/identity/testing.ts'
import { verifyToken } from '#domain/identity/verify-token.ts'
import { deleteMachine } from '#domain/machines/delete-machine.ts'
import { machineScope } from '#domain/machines/machine-place.ts'
import { putMachine } from '#domain/machines/set-machine.ts'
import type { IdentityWanted } from '#domain/resources/assign-identity.ts'
import { createSubscription } from '#domain/resources/create-subscription.ts'
import { identityScope, setIdentity } from '#domain/resources/user-assigned-identities.ts'
import { Problem } from '#model/problem.ts'
import { system, type Principal } from '#model/principal.ts'
import { createPipeline } from '#protocols/http/pipeline.ts'
import { ask, objectIn, textIn, type Answered } from '#protocols/http/testing.ts'
import { imdsProtocol } from './index.ts'

const subscriptionId = '22222222-2222-4222-8222-222222222222'
const base = 'https://127.0.0.1:50342'
const metadata = { metadata: 'true' }
const tokenPath = '/metadata/identity/oauth2/token'
const vault = 'https://vault.azure.net'

interface World {
  readonly ground: IdentityGround
  readonly make: (name: string, identity: IdentityWanted['type'], assigned?: readonly string[]) => Promise<Door>
  readonly identity: (name: string) => Promise<{ readonly principalId: string; readonly clientId: string; readonly id: string }>
}
interface Door {
  readonly get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Answered>
  readonly token: (query?: string) => Promise<Answered>
  readonly remove: () => Promise<void>
  readonly principalId: string | undefined
}

async function world(): Promise<World> {
  const ground = await identityGround()
  const { context } = ground
  const owner = await ground.add('owner')
  const who: Principal = { id: owner.oid, kind: 'application', tenant: tenantId, appId: owner.appId }
  await ground.run(system, async call =>
    createSubscription(context, call, {
      tenantId,
      subscriptionId,
      displayName: 'Test',
      resourceGroup: 'rg',
      location: 'local',
      ownerId: owner.oid,
    }),
  )
  const at = (name: string) => ({ subscriptionId, group: 'rg', name })
  return {
    ground,
    async identity(name) {
      const { identity } = await ground.run(who, async call =>
        setIdentity(context, call, {
          ...at(name),
          location: 'local',
          tags: undefined,
          permit: context.access.permit(call, 'identity.write', { on: identityScope(at(name)) }),
        }),
      )
      return identity.value
    },
    async make(name, type, assigned = []) {
      const { machine } = await ground.run(who, async call =>
        putMachine(context, call, {
          ...at(name),
          location: 'local',
          tags: { team: 'a' },
          identity: { type, userAssigned: assigned.map(at), removed: [] },
          wishes: { size: 'Standard_D2s_v3', zones: undefined, disks: undefined, interfaces: undefined, kept: {} },
          permit: context.access.permit(call, 'machine.write', { on: machineScope(at(name)) }),
          mayAssign: one => context.access.permit(call, 'identity.assign', { on: identityScope(one) }),
          mayAttach: on => context.access.permit(call, 'disk.write', { on }),
          mayJoin: on => context.access.permit(call, 'interface.join', { on }),
        }),
      )
      const pipeline = createPipeline(context, imdsProtocol({ armId: machine.value.id.toLowerCase(), identityHeader: 'the-secret' }))
      const get: Door['get'] = async (path, headers = metadata) => ask(pipeline, { method: 'GET', url: base + path, headers })
      return {
        get,
        token: async (query = '') => get(`${tokenPath}?api-version=2018-02-01&resource=${vault}${query}`),
        principalId: machine.value.identity?.principalId,
        remove: async () =>
          ground.run(who, async call => {
            const [held] = context.virtualMachines.all(call, machine.compartment, one => one.path[0] === machine.path[0])
            assert.ok(held !== undefined)
            await deleteMachine(context, call, {
              machine: held,
              permit: context.access.permit(call, 'machine.delete', { on: held.value.scope }),
            })
          }),
      }
    },
  }
}

const claimsOf = ({ json }: Answered) =>
  JSON.parse(Buffer.from(textIn(json['access_token']).split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
const refusal = ({ status, json }: Answered) => [status, json['error']]

describe('the metadata service of a virtual machine', () => {
  test('gives a token of the machine’s own identity, numbers as strings', async () => {
    const { make } = await world()
    const machine = await make('vm1', 'SystemAssigned')
    const answered = await machine.token()
    assert.equal(answered.status, 200, answered.text)
    const claims = claimsOf(answered)
    assert.deepEqual(
      [claims['oid'], claims['sub'], claims['aud'], claims['tid'], claims['idtyp']],
      [machine.principalId, machine.principalId, vault, tenantId, 'app'],
    )
    assert.equal(claims['xms_mirid'], `/subscriptions/${subscriptionId}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm1`)
    assert.equal(Number(claims['exp']) - Number(claims['iat']), 86_400)
    const { expires_in: lives, expires_on: ends, token_type: type, resource, client_id: client } = answered.json
    assert.deepEqual([lives, ends, type, resource, client], ['86400', String(claims['exp']), 'Bearer', vault, claims['appid']])
  })

  test('answers a probe without the header at once, and refuses what was forwarded', async () => {
    const { make } = await world()
    const { get } = await make('vm1', 'SystemAssigned')
    const path = `${tokenPath}?api-version=2018-02-01&resource=${vault}`
    const probe = await get(path, {})
    assert.deepEqual(
      [probe.status, probe.json],
      [400, { error: 'bad_request_102', error_description: 'Required metadata header not specified' }],
    )
    assert.deepEqual(refusal(await get(path, { metadata: 'false' })), [400, 'bad_request_102'])
    assert.equal((await get(path, { ...metadata, 'x-forwarded-for': '10.0.0.1' })).status, 400)
    assert.equal(
      (await get(`${tokenPath}/?api-version=2018-02-01&resource=${vault}`, { metadata: 'True' })).status,
      200,
      'with a slash at the end, in any case',
    )
  })

  test('is for names of this machine alone: a host that was made to point here is not served', async () => {
    const protocol = imdsProtocol({ armId: '', identityHeader: '' })
    for (const host of ['127.0.0.1', 'localhost', '169.254.169.254', '[::1]']) assert.ok(protocol.serves(host), host)
    for (const host of ['evil.example', 'management.keystead.test', '127.0.0.1.evil.example', '']) assert.ok(!protocol.serves(host), host)
  })

  test('chooses among the machine’s identities, and reaches nobody else’s', async () => {
    const { make, identity } = await world()
    const [mine, other] = [await identity('mine'), await identity('other')]
    const machine = await make('vm1', 'SystemAssigned, UserAssigned', ['mine'])
    const neighbour = await make('vm2', 'SystemAssigned')
    assert.equal(claimsOf(await machine.token())['oid'], machine.principalId, 'its own without a word')
    for (const query of [
      `&client_id=${mine.clientId}`,
      `&object_id=${mine.principalId}`,
      `&msi_res_id=${mine.id}`,
      `&mi_res_id=${encodeURIComponent(mine.id.toUpperCase())}`,
    ]) {
      const answered = await machine.token(query)
      assert.equal(answered.status, 200, answered.text)
      const claims = claimsOf(answered)
      assert.deepEqual([claims['oid'], claims['appid'], claims['xms_mirid']], [mine.principalId, mine.clientId, mine.id])
    }
    const foreign = [
      `&client_id=${other.clientId}`,
      `&object_id=${other.principalId}`,
      `&msi_res_id=${other.id}`,
      `&object_id=${neighbour.principalId ?? ''}`,
      `&client_id=${tenantId}`,
    ]
    for (const query of foreign) {
      const answered = await machine.token(query)
      assert.deepEqual(
        [answered.status, answered.json],
        [400, { error: 'invalid_request', error_description: 'Identity not found' }],
        query,
      )
    }
    assert.deepEqual(refusal(await machine.token(`&client_id=${mine.clientId}&object_id=${mine.principalId}`)), [400, 'invalid_request'])
  })

  test('without its own gives the only one it was assigned, and asks which where there are more', async () => {
    const { make, identity } = await world()
    const [one] = [await identity('one'), await identity('two')]
    assert.equal(claimsOf(await (await make('vm1', 'UserAssigned', ['one'])).token())['oid'], one.principalId)
    const both = await (await make('vm2', 'UserAssigned', ['one', 'two'])).token()
    assert.deepEqual(refusal(both), [400, 'invalid_request'])
    assert.match(both.text, /Multiple user assigned identities exist/)
    assert.match((await (await make('vm3', 'None')).token()).text, /Identity not found/)
  })

  test('refuses resources that there are none of, and requests that name none', async () => {
    const { make } = await world()
    const { get } = await make('vm1', 'SystemAssigned')
    const unknown = await get(`${tokenPath}?api-version=2018-02-01&resource=https://example.com`)
    assert.deepEqual(refusal(unknown), [400, 'invalid_resource'])
    assert.match(unknown.text, /AADSTS500011/)
    assert.deepEqual(refusal(await get(`${tokenPath}?api-version=2018-02-01`)), [400, 'invalid_request'])
    assert.deepEqual(refusal(await get(`${tokenPath}?resource=${vault}`)), [400, 'bad_request'])
    assert.deepEqual(refusal(await get(`${tokenPath}?api-version=soon&resource=${vault}`)), [400, 'bad_request'])
    assert.deepEqual(refusal(await get('/metadata/attested/document?api-version=2021-02-01')), [404, 'not_found'])
    for (const resource of ['https://vault.keystead.test:8443', 'https://management.keystead.test/', 'https://graph.keystead.test:1'])
      assert.equal((await get(`${tokenPath}?api-version=2018-02-01&resource=${resource}`)).status, 200, resource)
  })

  test('gives tokens that end with the machine: its principal is gone, and so is what it was given', async () => {
    const { make, ground } = await world()
    const machine = await make('vm1', 'SystemAssigned')
    const token = textIn((await machine.token()).json['access_token'])
    const verify = async () =>
      ground.run(system, async call =>
        verifyToken(ground.context, call, {
          token,
          audiences: audiencesOf('keyvault', { domain: 'keystead.test', portSuffix: '' }),
          login: '',
          resourceName: 'keyvault',
        }),
      )
    assert.equal((await verify()).id, machine.principalId)
    await machine.remove()
    await assert.rejects(verify(), error => error instanceof Problem && error.body.code === 'TokenRevoked')
    assert.deepEqual(refusal(await machine.token()), [400, 'invalid_request'])
  })

  test('tells the machine what it is, whole and in parts', async () => {
    const { make } = await world()
    const { get } = await make('vm1', 'SystemAssigned')
    const whole = await get('/metadata/instance?api-version=2021-02-01')
    const compute = objectIn(whole.json['compute'])
    assert.deepEqual(
      [compute['name'], compute['vmSize'], compute['resourceGroupName'], compute['subscriptionId'], compute['tags']],
      ['vm1', 'Standard_D2s_v3', 'rg', subscriptionId, 'team:a'],
    )
    assert.deepEqual(compute['tagsList'], [{ name: 'team', value: 'a' }])
    assert.deepEqual(objectIn(whole.json['network'])['interface'], [])
    assert.equal((await get('/metadata/instance/compute/vmSize?api-version=2021-02-01&format=text')).text, 'Standard_D2s_v3')
    assert.match((await get('/metadata/instance/compute?api-version=2021-02-01&format=text')).text, /^azEnvironment$/m)
    assert.equal((await get('/metadata/instance/compute/constructor?api-version=2021-02-01')).status, 404)
    assert.equal((await get('/metadata/instance/compute/nothing?api-version=2021-02-01')).status, 404)
    assert.equal((await get('/metadata/instance?api-version=2021-02-01', {})).status, 400)
    assert.ok(Array.isArray((await get('/metadata/versions')).json['apiVersions']))
    assert.deepEqual((await get('/metadata/identity/info?api-version=2018-02-01')).json, { tenantId })
  })
})

describe('the App Service endpoint of a virtual machine', () => {
  const path = `/msi/token?api-version=2019-08-01&resource=${vault}`
  const shown = { 'x-identity-header': 'the-secret' }

  test('asks for its secret, and for nothing else', async () => {
    const { make, identity } = await world()
    const mine = await identity('mine')
    const machine = await make('vm1', 'SystemAssigned, UserAssigned', ['mine'])
    const answered = await machine.get(path, shown)
    assert.equal(answered.status, 200, answered.text)
    assert.equal(claimsOf(answered)['oid'], machine.principalId)
    assert.match(textIn(answered.json['expires_on']), /^\d+$/)
    assert.equal(claimsOf(await machine.get(`${path}&mi_res_id=${mine.id}`, shown))['oid'], mine.principalId)
    for (const wrong of [
      {},
      metadata,
      { 'x-identity-header': '' },
      { 'x-identity-header': 'the-secreT' },
      { 'x-identity-header': 'the-secret2' },
    ]) {
      const refused = await machine.get(path, wrong)
      assert.deepEqual([refused.status, refused.json['statusCode']], [401, 401])
    }
    assert.equal((await machine.get(path, { ...shown, 'x-forwarded-for': '10.0.0.1' })).status, 400)
    assert.equal(
      (await machine.get(`${tokenPath}?api-version=2018-02-01&resource=${vault}`, shown)).status,
      400,
      'each door has its own key',
    )
  })
})
