import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { listIn, objectIn, textIn } from '#protocols/http/testing.ts'
import { addPassword, createApplication, createTenant } from '#domain/identity/directory.ts'
import { tenantId } from '#domain/identity/testing.ts'
import { system } from '#model/principal.ts'
import { armWire, groupId, host, refusal, subscriptionId, vaultBody, vaultPath } from './testing.ts'

describe('the way in to ARM', () => {
  test('without a token it says where to sign in for the subscription of the path', async () => {
    const { bare } = await armWire()
    const answered = await bare('GET', `${groupId}?api-version=2021-04-01`)
    assert.deepEqual(refusal(answered), [401, 'AuthenticationFailed'])
    assert.match(
      answered.headers['www-authenticate'] ?? '',
      new RegExp(`^Bearer authorization_uri="https://login\\.keystead\\.test:8443/${tenantId}", error="invalid_token"`),
    )
  })

  test('a token that was tampered with, or that is none, is refused', async () => {
    const { bare, owner } = await armWire()
    const path = `${groupId}?api-version=2021-04-01`
    assert.equal((await bare('GET', path, { authorization: `Bearer ${owner.token}` })).status, 200, 'control')
    for (const token of ['x', `${owner.token.slice(0, -4)}AAAA`, owner.token.replace('.', '..')])
      assert.deepEqual(refusal(await bare('GET', path, { authorization: `Bearer ${token}` })), [401, 'InvalidAuthenticationToken'])
  })

  test('a principal of another tenant is not let in, and sees nothing', async () => {
    const { ground, bare, tokenOf } = await armWire()
    const other = '88888888-2222-4333-8444-555555555555'
    const { context } = ground
    await ground.run(system, async call =>
      createTenant(context, call, { tenantId: other, displayName: 'Other', domains: ['other.keystead.test'] }),
    )
    const made = await ground.run(system, async call => {
      const { application } = await createApplication(context, call, { tenantId: other, displayName: 'foreigner' })
      return addPassword(context, call, application, { displayName: 'test' })
    })
    const token = await tokenOf({ appId: made.application.value.appId, secretText: made.secretText }, other)
    const headers = { authorization: `Bearer ${token}` }
    assert.deepEqual(refusal(await bare('GET', `${groupId}?api-version=2021-04-01`, headers)), [401, 'InvalidAuthenticationTokenTenant'])
    assert.deepEqual((await bare('GET', '/subscriptions?api-version=2021-04-01', headers)).json['value'], [])
  })

  test('what is wrong with an address is named: version, subscription, type, namespace, method', async () => {
    const { owner } = await armWire()
    const noSubscription = '99999999-2222-4222-8222-222222222222'
    const nowhere = `/subscriptions/${subscriptionId}/resourceGroups/nothing`
    const cases: readonly (readonly [method: string, path: string, status: number, code: string])[] = [
      ['GET', `${host}${groupId}`, 400, 'MissingApiVersionParameter'],
      ['GET', `${host}${groupId}?api-version=`, 400, 'MissingApiVersionParameter'],
      ['GET', `${groupId}?api-version=yesterday`, 400, 'InvalidApiVersionParameter'],
      ['GET', `${groupId}?api-version=2021-13-01`, 400, 'InvalidApiVersionParameter'],
      ['GET', `${groupId}?api-version=2013-01-01`, 400, 'NoRegisteredProviderFound'],
      ['GET', `${vaultPath('kv1')}?api-version=2014-12-01`, 400, 'NoRegisteredProviderFound'],
      ['GET', `/subscriptions/${noSubscription}/resourceGroups/x`, 404, 'SubscriptionNotFound'],
      ['GET', '/subscriptions/not-a-guid/resourceGroups/x', 400, 'InvalidSubscriptionId'],
      ['GET', `${groupId}/providers/Microsoft.KeyVault/nonsense/x`, 404, 'InvalidResourceType'],
      ['GET', `${groupId}/providers/Microsoft.Nonsense/things/x`, 404, 'InvalidResourceNamespace'],
      ['GET', '/nowhere', 404, 'NotFound'],
      ['POST', groupId, 405, 'MethodNotAllowed'],
      ['GET', nowhere, 404, 'ResourceGroupNotFound'],
      ['GET', vaultPath('kv-not-there'), 404, 'ResourceNotFound'],
      ['GET', `${groupId}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-not-there`, 404, 'ResourceNotFound'],
      ['GET', vaultPath('kv1', nowhere), 404, 'ResourceGroupNotFound'],
      ['GET', `${nowhere}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id1`, 404, 'ResourceGroupNotFound'],
      ['GET', `${nowhere}/providers/Microsoft.Compute/disks/d1`, 404, 'ResourceGroupNotFound'],
      ['GET', `${nowhere}/providers/Microsoft.Compute/diskEncryptionSets/s1`, 404, 'ResourceGroupNotFound'],
      ['GET', `${nowhere}/providers/Microsoft.Compute/disks`, 404, 'ResourceGroupNotFound'],
      ['GET', `${vaultPath('kv-not-there')}/keys/k1`, 404, 'ParentResourceNotFound'],
      ['GET', `${vaultPath('kv-not-there')}/keys`, 404, 'ParentResourceNotFound'],
      ['PUT', `/subscriptions/${subscriptionId}/resourceGroups/ends.`, 400, 'InvalidResourceGroup'],
    ]
    for (const [method, path, status, code] of cases) {
      const answered = await owner(method, path)
      assert.deepEqual(refusal(answered), [status, code], `${method} ${path}: ${answered.text}`)
    }
  })

  test('an empty segment is refused, but for the one that az writes behind a namespace where a resource has no parent', async () => {
    const { owner } = await armWire()
    await owner('PUT', vaultPath('kv1'), vaultBody())
    const shown = await owner('GET', vaultPath('kv1').replace('KeyVault/', 'KeyVault//'))
    assert.deepEqual([shown.status, shown.json['id']], [200, vaultPath('kv1')])
    for (const path of [vaultPath('kv1').replace('/providers', '//providers'), vaultPath('kv1').replace('vaults/', 'vaults//')])
      assert.deepEqual(refusal(await owner('GET', path)), [400, 'BadRequest'], path)
  })

  test('who may not is told so before the body is looked at, and whether there is anything', async () => {
    const { caller } = await armWire()
    const stranger = await caller('stranger')
    for (const [method, path] of [
      ['PUT', vaultPath('kv1')],
      ['GET', vaultPath('kv1')],
      ['GET', `/subscriptions/${subscriptionId}/resourceGroups/nothing`],
    ] as const) {
      const answered = await stranger(method, path, method === 'PUT' ? '{' : undefined)
      assert.deepEqual(refusal(answered), [403, 'AuthorizationFailed'])
      const message = textIn(objectIn(answered.json['error'])['message'])
      for (const part of [stranger.made.appId, stranger.made.oid, `over scope '${path}'`]) assert.ok(message.includes(part), message)
    }
  })

  test('every answer carries its ids and the caller’s, a refusal too', async () => {
    const { owner, bare } = await armWire()
    const correlation = '33333333-4444-4555-8666-777777777777'
    const answered = await bare('GET', `${vaultPath('nothing')}?api-version=2022-07-01`, {
      authorization: `Bearer ${owner.token}`,
      'x-ms-correlation-request-id': correlation,
      'x-ms-client-request-id': 'mine',
      'x-ms-return-client-request-id': 'true',
    })
    const { headers } = answered
    assert.deepEqual(refusal(answered), [404, 'ResourceNotFound'])
    assert.equal(headers['x-ms-correlation-request-id'], correlation)
    assert.equal(headers['x-ms-client-request-id'], 'mine')
    assert.match(headers['x-ms-request-id'] ?? '', /^[0-9a-f-]{36}$/)
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.equal(headers['cache-control'], 'no-cache')
  })

  test('a correlation id that is none is not sent back', async () => {
    const { bare } = await armWire()
    const { headers } = await bare('GET', groupId, { 'x-ms-correlation-request-id': 'a b\u00e9' })
    assert.equal(headers['x-ms-correlation-request-id'], headers['x-ms-request-id'])
  })
})

describe('the documents that clients read first', () => {
  test('the cloud is an object, a list of clouds, or the oldest few members, by version; with the port of the request', async () => {
    const { bare } = await armWire()
    const whole = (await bare('GET', '//metadata/endpoints?api-version=2022-09-01')).json
    assert.equal(objectIn(whole['authentication'])['identityProvider'], 'AAD')
    assert.equal(objectIn(whole['authentication'])['tenant'], 'common')
    assert.equal(objectIn(whole['authentication'])['loginEndpoint'], 'https://login.keystead.test:8443')
    assert.equal(objectIn(whole['suffixes'])['keyVaultDns'], 'vault.keystead.test:8443')
    const [first] = listIn(JSON.parse((await bare('GET', '/metadata/endpoints?api%2Dversion=2019-05-01')).text))
    assert.deepEqual(first, whole)
    const old = (await bare('GET', '/metadata/endpoints?api-version=2015-01-01')).json
    assert.deepEqual(Object.keys(old), ['galleryEndpoint', 'graphEndpoint', 'portalEndpoint', 'authentication'])
    assert.deepEqual(refusal(await bare('GET', '/metadata/endpoints')), [400, 'MissingApiVersionParameter'])
  })

  test('a principal sees the subscriptions in which it has a role somewhere, and only its tenant', async () => {
    const { owner, caller, assign } = await armWire()
    const someone = await caller('someone')
    assert.deepEqual((await someone('GET', '/subscriptions')).json['value'], [])
    await owner('PUT', vaultPath('kv1'), { location: 'local', properties: { tenantId, sku: { name: 'standard' }, accessPolicies: [] } })
    await assign('12338af0-0e69-4776-bea7-57ae8d297424', someone, vaultPath('kv1'))
    const [seen] = listIn((await someone('GET', '/subscriptions')).json['value'])
    assert.equal(seen?.['subscriptionId'], subscriptionId)
    assert.deepEqual(
      listIn((await someone('GET', '/tenants')).json['value']).map(tenant => tenant['tenantId']),
      [tenantId],
    )
  })

  test('every provider is registered, also one that is not served', async () => {
    const { owner } = await armWire()
    for (const namespace of ['microsoft.keyvault', 'Microsoft.Network']) {
      const { json } = await owner('GET', `/subscriptions/${subscriptionId}/providers/${namespace}`)
      assert.equal(json['registrationState'], 'Registered')
    }
    const registered = await owner('POST', `/subscriptions/${subscriptionId}/providers/Microsoft.Compute/register`)
    assert.equal(registered.json['namespace'], 'Microsoft.Compute')
    const other = await owner('POST', `/subscriptions/${subscriptionId}/providers/Microsoft.KeyVault/checkMhsmNameAvailability`, {})
    assert.deepEqual(refusal(other), [404, 'InvalidResourceType'], 'another action is no registration')
  })
})
