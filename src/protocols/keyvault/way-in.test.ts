import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { officer, tenantId } from '#domain/keys/testing.ts'
import { at, ecKey, message, refusal, vaultWire, version74, withKey, withVault, zeros } from './testing.ts'

const v = version74
const ec = ecKey

describe('the way in', () => {
  test('the challenge is byte-exact and carries the port of the Host', async () => {
    const { send } = await withVault()
    for (const [host, port] of [
      ['v.vault.keystead.test', ''],
      ['v.vault.keystead.test:18443', ':18443'],
    ] as const) {
      const asked = await send('GET', `/keys?${v}`, { as: 'nobody', host })
      assert.deepEqual(refusal(asked), [401, 'Unauthorized', undefined])
      assert.equal(message(asked), 'AKV10000: Request is missing a Bearer or PoP token.')
      assert.equal(
        asked.headers['www-authenticate'],
        `Bearer authorization="https://login.keystead.test${port}/${tenantId}", resource="https://vault.keystead.test${port}"`,
      )
    }
  })

  test('a probe without body and without token meets the challenge before anything else is looked at', async () => {
    const { send } = await withVault()
    for (const [method, target] of [
      ['POST', '/keys/k/create'],
      ['PUT', `/keys/under_score?${v}`],
      ['POST', `/keys/k/sign?${v}`],
      ['GET', '/keys?api-version=nonsense'],
    ] as const)
      assert.equal((await send(method, target, { as: 'nobody' })).status, 401, target)
    assert.equal((await send('GET', `/nothing?${v}`, { as: 'nobody' })).status, 404)
    const other = await send('DELETE', `/keys/k/${'0'.repeat(32)}?${v}`, { as: 'nobody' })
    assert.deepEqual([other.status, other.headers['allow']], [405, 'GET, PATCH'])
  })

  test('a vault that is not there has no challenge', async () => {
    const { send } = await withVault()
    const ghost = await send('GET', `/keys?${v}`, { as: 'nobody', host: 'ghost.vault.keystead.test' })
    assert.deepEqual([...refusal(ghost), ghost.headers['www-authenticate']], [404, 'VaultNotFound', undefined, undefined])
  })

  test('a bearer that is no token is 401 with the challenge', async () => {
    const { send } = await withVault()
    const asked = await send('GET', `/keys?${v}`, { as: 'nobody', headers: { authorization: 'Bearer x.y.z' } })
    assert.deepEqual(refusal(asked), [401, 'Unauthorized', undefined])
    assert.ok('www-authenticate' in asked.headers)
  })

  test('every answer has the header set of the service', async () => {
    const { send } = await withKey()
    const { headers } = await send('GET', `/keys/k?${v}`, { headers: { 'x-ms-client-request-id': 'mine' }, from: '10.1.2.3' })
    const expected = {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-cache',
      pragma: 'no-cache',
      expires: '-1',
      'strict-transport-security': 'max-age=31536000;includeSubDomains',
      'x-content-type-options': 'nosniff',
      'x-ms-client-request-id': 'mine',
      'x-ms-keyvault-region': 'local',
      'x-ms-keyvault-network-info': 'conn_type=Ipv4;addr=10.1.2.3;act_addr_fam=InterNetwork;',
    }
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map(name => [name, headers[name]])), expected)
    assert.match(headers['x-ms-request-id'] ?? '', /^[0-9a-f-]{36}$/)
  })

  test('a caller without rights hears the same of what is there and of what is not', async () => {
    const { send } = await withKey()
    const [there, missing] = [
      await send('GET', `/keys/k?${v}`, { as: 'stranger' }),
      await send('GET', `/keys/none?${v}`, { as: 'stranger' }),
    ]
    for (const heard of [there, missing]) assert.deepEqual(refusal(heard), [403, 'Forbidden', 'ForbiddenByRbac'])
    assert.equal(message(there).replaceAll('/keys/k', '/keys/none'), message(missing))
    for (const part of [
      'Caller is not authorized to perform action on resource.\r\n',
      'Microsoft.KeyVault/vaults/keys/read',
      'Vault: v;location=local',
    ])
      assert.ok(message(there).includes(part), part)
  })

  test('what is forbidden is forbidden before the body is read', async () => {
    const { send } = await withKey()
    assert.equal((await send('POST', `/keys/k/sign?${v}`, { as: 'stranger', body: { alg: 7 } })).status, 403)
    assert.equal((await send('POST', `/keys/k/sign?${v}`, { body: { alg: 7 } })).status, 400)
  })

  test('a vault of access policies says so in their words', async () => {
    const { send, addVault } = await vaultWire()
    await addVault('v', { enableRbacAuthorization: false })
    const refused = await send('POST', `/keys/k/unwrapkey?${v}`, { body: {} })
    assert.deepEqual(refusal(refused), [403, 'Forbidden', 'AccessDenied'])
    assert.match(message(refused), /does not have keys unwrapKey permission on key vault 'v;location=local'/)
  })

  test('a policy for an application that acts for the caller says that the caller must come through it', async () => {
    const { send, addVault } = await vaultWire()
    const policy = { tenantId, objectId: officer.id, applicationId: tenantId, permissions: { keys: ['list'] } }
    await addVault('v', { enableRbacAuthorization: false, accessPolicies: [policy] })
    const refused = await send('GET', `/keys?${v}`)
    assert.deepEqual(refusal(refused), [403, 'Forbidden', 'ForbiddenByPolicy'])
    assert.match(message(refused), /^The policy requires the caller 'appid=[^;]+;oid=[^;]+;iss=[^']+' to use on-behalf-of \(OBO\) flow\./)
    assert.deepEqual(refusal(await send('GET', `/keys/k?${v}`)), [403, 'Forbidden', 'AccessDenied'])
  })
})

describe('addresses', () => {
  for (const [why, target] of [
    ['as it is', '/keys/k/sign'],
    ['another case', '/KEYS/k/SIGN'],
    ['an empty version', '/keys/k//sign'],
    ['a slash at the end', '/keys/k/sign/'],
    ['a run of slashes in front', '///keys/k/sign'],
    ['another case of the name', '/keys/K/sign'],
  ] as const) {
    test(`${why}: ${target} is understood`, async () => {
      const { send, kid } = await withKey()
      const used = await send('POST', `${target}?api%2Dversion=7.4`, { body: { alg: 'ES256', value: zeros(32) } })
      assert.deepEqual([used.status, at(used.json, 'kid')], [200, kid])
    })
  }

  for (const target of ['/keys/k/versions/x', '/rng', '/storage', '/secrets/k']) {
    test(`${target} is nothing`, async () => {
      const { send } = await withKey()
      const heard = await send(target.startsWith('/s') || target.includes('versions') ? 'GET' : 'POST', `${target}?${v}`)
      assert.ok([404, 405].includes(heard.status), heard.text)
    })
  }

  for (const word of ['attestation', 'secureWrapKey', 'secureunwrapkey'])
    test(`${word} is of pools alone: nothing here, by whatever method and with or without a version`, async () => {
      const { send } = await withKey()
      for (const target of [`/keys/k/${word}`, `/keys/k/${'0'.repeat(32)}/${word}`])
        for (const method of ['GET', 'POST', 'PATCH'])
          assert.deepEqual(refusal(await send(method, `${target}?${v}`, method === 'GET' ? {} : { body: {} })), [
            404,
            'ResourceNotFound',
            undefined,
          ])
      assert.equal((await send('GET', `/secrets/${word}?${v}`)).status, 404, 'a secret may be called so')
    })

  for (const name of ['under_score', 'dot.ted', 'a'.repeat(128), 'sp%20ace', '%C3%A9'])
    test(`the name ${name.slice(0, 20)} is refused by its own text`, async () => {
      const { send } = await withVault()
      const heard = await send('POST', `/keys/${name}/create?${v}`, { body: ec })
      assert.deepEqual(refusal(heard), [400, 'BadParameter', undefined])
      assert.ok(message(heard).startsWith('The request URI contains an invalid name: '))
    })

  test('dots, encoded slashes, empty segments and doubled parameters reach nothing', async () => {
    const { send } = await withKey()
    for (const target of [`/keys/a%2Fb?${v}`, `/keys/../keys/k?${v}`, `/keys//k?${v}`, `/keys/%zz?${v}`, `/keys?${v}&api-version=7.3`])
      assert.equal((await send('GET', target)).status, 400, target)
  })

  test('a name in disguise names nothing: what needs no percent-encoding has none', async () => {
    const { send } = await withKey()
    assert.equal((await send('GET', `/keys/k?${v}`)).status, 200, 'control')
    for (const target of ['/keys/%6B', '/keys/%6b', '/%6beys/k', '/keys/k%2d', '/keys/%30', '/keys/k%2E%2e', '/keys/a%5Fb', '/keys/%5A'])
      assert.deepEqual(refusal(await send('GET', `${target}?${v}`)), [400, 'BadParameter', undefined], target)
  })

  for (const [given, status] of [
    ['7.0', 200],
    ['7.4', 200],
    ['7.6-preview.2', 200],
    ['2016-10-01', 200],
    ['2026-04-01', 200],
    ['2027-01-01-preview', 200],
    ['6.9', 400],
    ['2015-12-31', 400],
    ['latest', 400],
    ['', 400],
    ['7', 400],
    ['2025-13-01', 400],
  ] as const)
    test(`api-version ${JSON.stringify(given)} is ${status === 200 ? 'known' : 'refused'}`, async () => {
      const { send } = await withVault()
      const heard = await send('GET', `/keys?api-version=${given}`)
      assert.equal(heard.status, status)
      if (status === 400) assert.equal(at(heard.json, 'error', 'code'), 'BadParameter')
      if (given === '6.9')
        assert.equal(
          message(heard),
          'The specified version (6.9) is not recognized. Consider using the latest supported version (2026-04-01).',
        )
    })

  test('answers below 7.3 leave out what came with it', async () => {
    const { send } = await withKey()
    const attributes = async (version: string) => at((await send('GET', `/keys/k?api-version=${version}`)).json, 'attributes')
    assert.deepEqual([at(await attributes('7.3'), 'exportable'), at(await attributes('7.3'), 'hsmPlatform')], [false, '0'])
    for (const old of ['7.0', '7.2', '2016-10-01']) {
      const shown = await attributes(old)
      assert.ok(typeof shown === 'object' && shown !== null && !('exportable' in shown) && !('hsmPlatform' in shown), old)
    }
  })
})
