import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { listIn, objectIn, textIn, type Answered } from '#protocols/http/testing.ts'
import { armWire, groupId, propertiesOf, refusal, vaultBody, vaultPath, type ArmWire } from './testing.ts'

const setPath = (name = 'des'): string => `${groupId}/providers/Microsoft.Compute/diskEncryptionSets/${name}`
const uai = (name: string): string => `${groupId}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`
const version = '?api-version=2023-04-02'

interface Sets {
  readonly send: (...request: Parameters<ArmWire['owner']>) => Promise<Answered>
  readonly body: (more?: object, properties?: object) => object
}

/** A vault with an RSA key, made by ARM itself. */
async function withKey({ owner }: ArmWire): Promise<Sets> {
  assert.equal((await owner('PUT', vaultPath('kv1'), vaultBody({ enablePurgeProtection: true }))).status, 201)
  const made = await owner('PUT', `${vaultPath('kv1')}/keys/k`, { properties: { kty: 'RSA', keySize: 2048 } })
  assert.equal(made.status, 200, made.text)
  const activeKey = { keyUrl: textIn(propertiesOf(made)['keyUriWithVersion']), sourceVault: { id: vaultPath('kv1') } }
  return {
    send: async (method, path, ...rest) => owner(method, path + version, ...rest),
    body: (more = {}, properties = {}) => ({
      location: 'local',
      identity: { type: 'SystemAssigned' },
      properties: { activeKey, ...properties },
      ...more,
    }),
  }
}

const identityOf = ({ json, text, status }: Answered) => {
  assert.ok(status < 300, text)
  return objectIn(json['identity'])
}
const assigned = (answered: Answered): readonly string[] =>
  Object.keys(objectIn(identityOf(answered)['userAssignedIdentities'] ?? {}))
    .map(id => id.slice(id.lastIndexOf('/') + 1))
    .toSorted((a, b) => (a < b ? -1 : 1))

describe('the identity of a disk encryption set', () => {
  test('is there when the set is made; a set that is there can lose it, and gets another one back', async () => {
    const { send, body } = await withKey(await armWire())
    assert.deepEqual(refusal(await send('PUT', setPath(), body({ identity: { type: 'None' } }))), [400, 'InvalidParameter'])
    assert.equal((await send('GET', setPath())).status, 404, 'nothing was made')
    const first = identityOf(await send('PUT', setPath(), body()))['principalId']
    assert.deepEqual(identityOf(await send('PUT', setPath(), body({ identity: { type: 'None' } }))), { type: 'None' })
    const again = identityOf(await send('PATCH', setPath(), { identity: { type: 'SystemAssigned' } }))['principalId']
    assert.notEqual(again, first)
  })

  test('is merged by a PATCH, as az adds and takes away: what is not named stays, null takes away', async () => {
    const wire = await armWire()
    const { send, body } = await withKey(wire)
    const principals: string[] = []
    for (const name of ['one', 'two']) {
      const made = await wire.owner('PUT', uai(name), { location: 'local' })
      principals.push(textIn(propertiesOf(made)['principalId']))
    }
    await send('PUT', setPath(), body())
    const patched = async (type: string, named: object) => send('PATCH', setPath(), { identity: { type, userAssignedIdentities: named } })
    assert.deepEqual(assigned(await patched('SystemAssigned, UserAssigned', { [uai('one')]: {} })), ['one'])
    const both = await patched('systemassigned,userassigned', { [uai('TWO')]: {} })
    assert.deepEqual([identityOf(both)['type'], assigned(both)], ['SystemAssigned, UserAssigned', ['one', 'two']])
    assert.deepEqual(
      Object.values(objectIn(identityOf(both)['userAssignedIdentities'])).map(one => textIn(objectIn(one)['principalId'])),
      principals,
    )
    assert.deepEqual(assigned(await patched('SystemAssigned, UserAssigned', { [uai('ONE')]: null })), ['two'])
    const own = identityOf(await patched('SystemAssigned, UserAssigned', { [uai('two')]: null }))
    assert.deepEqual([own['type'], own['userAssignedIdentities']], ['SystemAssigned', undefined])
    const replaced = body({ identity: { type: 'SystemAssigned, UserAssigned', userAssignedIdentities: { [uai('two')]: {} } } })
    assert.deepEqual(assigned(await send('PUT', setPath(), replaced)), ['two'], 'a PUT names all')
    assert.deepEqual(refusal(await send('PUT', setPath(), body({ identity: { type: 'UserAssigned' } }))), [400, 'InvalidParameter'])
    const nobody = { identity: { type: 'UserAssigned', userAssignedIdentities: { [uai('nobody')]: {} } } }
    assert.equal((await send('PATCH', setPath(), nobody)).status, 404)
  })

  test('stays without being asked for anew: who may write the set need not be allowed to assign what it has', async () => {
    const wire = await armWire()
    const { send, body } = await withKey(wire)
    for (const name of ['one', 'two']) await wire.owner('PUT', uai(name), { location: 'local' })
    const mixed = { type: 'SystemAssigned, UserAssigned', userAssignedIdentities: { [uai('one')]: {} } }
    await send('PUT', setPath(), body({ identity: mixed }))
    const someone = await wire.caller('sets alone')
    await wire.assign('136d308c-0937-4a49-9bd7-edfb42adbffc', someone, setPath())
    await wire.assign('f1a07417-d97a-45cb-824c-7a7467783830', someone, uai('two'))
    const named = (name: string) => ({ identity: { type: mixed.type, userAssignedIdentities: { [uai(name)]: {} } } })
    assert.deepEqual(assigned(await someone('PATCH', setPath() + version, named('two'))), ['one', 'two'])
    assert.deepEqual(refusal(await someone('PATCH', setPath() + version, named('one'))), [403, 'LinkedAuthorizationFailed'])
  })
})

describe('a disk encryption set', () => {
  test('says what cannot be changed, and goes once', async () => {
    const { send, body } = await withKey(await armWire())
    await send('PUT', setPath(), body())
    const double = { properties: { encryptionType: 'EncryptionAtRestWithPlatformAndCustomerKeys' } }
    assert.deepEqual(refusal(await send('PATCH', setPath(), double)), [409, 'PropertyChangeNotAllowed'])
    assert.deepEqual(refusal(await send('PUT', setPath(), body({ location: 'westeurope' }))), [409, 'InvalidResourceLocation'])
    assert.deepEqual(refusal(await send('PATCH', setPath(), {}, { 'if-match': '"other"' })), [412, 'PreconditionFailed'])
    assert.deepEqual(listIn((await send('GET', `${setPath()}/associatedResources`)).json['value']), [])
    assert.deepEqual([(await send('DELETE', setPath())).status, (await send('DELETE', setPath())).status], [202, 204])
  })
})
