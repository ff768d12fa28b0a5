import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { tenantId } from '#domain/identity/testing.ts'
import { vaultTasks } from '#domain/resources/delete-vault.ts'
import { policiesAt } from '#domain/resources/find-vault.ts'
import { system } from '#model/principal.ts'
import { scopeOfText } from '#protocols/azure/arm-ids.ts'
import { textIn } from '#protocols/http/testing.ts'
import { armWire, groupId, propertiesOf, refusal, roles, subscriptionId, vaultBody, vaultPath } from './testing.ts'

const deletedPath = (name: string): string =>
  `/subscriptions/${subscriptionId}/providers/Microsoft.KeyVault/locations/local/deletedVaults/${name}`
const day = 86_400_000

describe('a vault on the control plane', () => {
  test('comes back whole, its URL with the port of the request, ids in Azure’s spelling', async () => {
    const { owner } = await armWire()
    const made = await owner(
      'PUT',
      vaultPath('Kv-1'),
      vaultBody({ networkAcls: { defaultAction: 'deny', ipRules: [{ value: '10.0.0.0/8' }] } }),
    )
    assert.equal(made.status, 201, made.text)
    const shouted = vaultPath('KV-1')
      .replace('resourceGroups', 'RESOURCEGROUPS')
      .replace('Microsoft.KeyVault/vaults', 'microsoft.keyvault/VAULTS')
    const got = await owner('GET', shouted)
    assert.deepEqual(got.json, made.json)
    assert.deepEqual([got.json['id'], got.json['type']], [vaultPath('Kv-1'), 'Microsoft.KeyVault/vaults'])
    assert.deepEqual(propertiesOf(got), {
      sku: { family: 'A', name: 'premium' },
      tenantId,
      networkAcls: { bypass: 'AzureServices', defaultAction: 'Deny', ipRules: [{ value: '10.0.0.0/8' }], virtualNetworkRules: [] },
      accessPolicies: [],
      enabledForDeployment: false,
      enabledForDiskEncryption: false,
      enabledForTemplateDeployment: false,
      enableSoftDelete: true,
      softDeleteRetentionInDays: 7,
      enableRbacAuthorization: true,
      vaultUri: 'https://kv-1.vault.keystead.test:8443/',
      provisioningState: 'Succeeded',
      publicNetworkAccess: 'Enabled',
    })
    assert.equal((await owner('PUT', vaultPath('kv-1'), got.json)).status, 200, 'what came back can be sent back')
  })

  test('has rules for what it may be', async () => {
    const { owner } = await armWire()
    const cases: readonly (readonly [properties: object, code: string])[] = [
      [{ softDeleteRetentionInDays: 6 }, 'BadRequest'],
      [{ softDeleteRetentionInDays: 91 }, 'BadRequest'],
      [{ softDeleteRetentionInDays: 7.5 }, 'InvalidRequestContent'],
      [{ enableSoftDelete: false }, 'BadRequest'],
      [{ enablePurgeProtection: false }, 'BadRequest'],
      [{ tenantId: '99999999-2222-4333-8444-555555555555' }, 'BadRequest'],
      [{ sku: null }, 'BadRequest'],
      [{ tenantId: null }, 'BadRequest'],
      [{ sku: { family: 'B', name: 'premium' } }, 'InvalidRequestContent'],
      [{ sku: { name: 'gold' } }, 'InvalidRequestContent'],
      [{ enableRbacAuthorization: false }, 'BadRequest'],
      [{ createMode: 'other' }, 'InvalidRequestContent'],
      [{ networkAcls: { ipRules: [{ value: 'not-an-address' }] } }, 'InvalidRequestContent'],
    ]
    for (const [properties, code] of cases)
      assert.deepEqual(refusal(await owner('PUT', vaultPath('kv-1'), vaultBody(properties))), [400, code], JSON.stringify(properties))
    for (const name of ['ab', 'a'.repeat(25), '1digit', 'ends-', 'two--hyphens', 'under_score', 'dotted.name'])
      assert.deepEqual(refusal(await owner('PUT', vaultPath(name), vaultBody())), [400, 'VaultNameNotValid'], name)
    assert.equal((await owner('GET', vaultPath('kv-1'))).status, 404, 'nothing was made')
    for (const name of ['ab', 'two--hyphens', 'under_score']) {
      for (const method of ['GET', 'PATCH'] as const)
        assert.deepEqual(refusal(await owner(method, vaultPath(name), method === 'GET' ? undefined : {})), [404, 'ResourceNotFound'], name)
      assert.equal((await owner('DELETE', vaultPath(name))).status, 204, 'what cannot be there is not there')
    }
    assert.deepEqual(refusal(await owner('PUT', vaultPath('kv-1', `${groupId}x`), vaultBody())), [404, 'ResourceGroupNotFound'])
  })

  test('goes by RBAC where a new version does not say, by access policies where an old one does not', async () => {
    const { owner } = await armWire()
    const body = vaultBody({ enableRbacAuthorization: null, accessPolicies: [] })
    const old = await owner('PUT', `${vaultPath('kv-old')}?api-version=2022-07-01`, body)
    const recent = await owner('PUT', `${vaultPath('kv-new')}?api-version=2026-02-01`, body)
    assert.deepEqual(
      [old, recent].map(answered => propertiesOf(answered)['enableRbacAuthorization']),
      [false, true],
    )
    const again = await owner('PUT', `${vaultPath('kv-new')}?api-version=2022-07-01`, body)
    assert.equal(propertiesOf(again)['enableRbacAuthorization'], true, 'an older client switches nothing off that it does not say')
  })

  test('changes between access policies and RBAC only by who may write role assignments', async () => {
    const { owner, caller, assign } = await armWire()
    await owner('PUT', vaultPath('kv-1'), vaultBody())
    const contributor = await caller('contributor')
    await assign(roles.contributor, contributor, groupId)
    const patch = { properties: { enableRbacAuthorization: false } }
    assert.equal((await contributor('PATCH', vaultPath('kv-1'), { tags: { a: 'b' } })).status, 200, 'control')
    assert.deepEqual(refusal(await contributor('PATCH', vaultPath('kv-1'), patch)), [403, 'AuthorizationFailed'])
    assert.equal((await owner('PATCH', vaultPath('kv-1'), patch)).status, 200)
  })

  test('keeps retention and purge protection: neither is taken back', async () => {
    const { owner } = await armWire()
    await owner('PUT', vaultPath('kv-1'), vaultBody({ enablePurgeProtection: true }))
    for (const properties of [{ enablePurgeProtection: false }, { softDeleteRetentionInDays: 8 }])
      assert.deepEqual(refusal(await owner('PATCH', vaultPath('kv-1'), { properties })), [400, 'BadRequest'])
    await owner('PUT', vaultPath('kv-1'), vaultBody())
    assert.equal(propertiesOf(await owner('GET', vaultPath('kv-1')))['enablePurgeProtection'], true)
  })

  test('has access policies that decide at once, keep their spelling, and rule nothing under RBAC', async () => {
    const { owner, ground } = await armWire()
    const objectId = '77777777-2222-4333-8444-555555555555'
    const policies = policiesAt(ground.context)
    const scope = scopeOfText(vaultPath('kv-1'))
    assert.ok(scope !== undefined)
    const add = async (permissions: object, how = 'add') =>
      owner('PUT', `${vaultPath('kv-1')}/accessPolicies/${how}`, { properties: { accessPolicies: [{ tenantId, objectId, permissions }] } })
    await owner('PUT', vaultPath('kv-1'), vaultBody({ enableRbacAuthorization: false, accessPolicies: [] }))
    assert.equal((await add({ keys: ['Get', 'unwrapkey'] })).status, 200)
    assert.deepEqual(policies(scope)?.get(objectId), [{ tenantId, objectId, words: new Set(['keys get', 'keys unwrapkey']) }])
    await add({ keys: ['get', 'Sign'] })
    await add({ keys: ['GET'] }, 'remove')
    assert.deepEqual(propertiesOf(await owner('GET', vaultPath('kv-1')))['accessPolicies'], [
      { tenantId, objectId, permissions: { keys: ['unwrapkey', 'Sign'], secrets: [], certificates: [], storage: [] } },
    ])
    assert.deepEqual(refusal(await add({ keys: ['frobnicate'] })), [400, 'InvalidRequestContent'])
    assert.equal((await add({ keys: ['get'] }, 'nonsense')).status, 400)
    await owner('PATCH', vaultPath('kv-1'), { properties: { enableRbacAuthorization: true } })
    assert.equal(policies(scope), undefined)
  })

  test('takes no policy with a word that is none, for nobody, of another tenant, or one more than 1024', async () => {
    const { owner } = await armWire()
    const objectId = '77777777-2222-4333-8444-555555555555'
    await owner('PUT', vaultPath('kv-1'), vaultBody({ enableRbacAuthorization: false, accessPolicies: [] }))
    const add = async (policies: readonly object[]) =>
      owner('PUT', `${vaultPath('kv-1')}/accessPolicies/add`, { properties: { accessPolicies: policies } })
    const good = { tenantId, objectId, permissions: { secrets: ['SET'], certificates: ['ManageContacts'], storage: ['getSas'] } }
    for (const bad of [{ permissions: { secrets: ['sign'] } }, { objectId: 'nobody' }, { tenantId: 'nowhere' }, { permissions: null }])
      assert.deepEqual(refusal(await add([{ ...good, ...bad }])), [400, 'InvalidRequestContent'], JSON.stringify(bad))
    assert.deepEqual(refusal(await add([{ ...good, tenantId: objectId }])), [400, 'BadRequest'])
    const many = Array.from({ length: 1_024 }, (_, index) => ({
      ...good,
      objectId: `77777777-2222-4333-8444-${index.toString().padStart(12, '0')}`,
    }))
    assert.deepEqual(refusal(await add([...many, good])), [400, 'BadRequest'])
    assert.deepEqual(propertiesOf(await owner('GET', vaultPath('kv-1')))['accessPolicies'], [])
    assert.equal((await add(many)).status, 200)
  })

  test('a Contributor of a vault of access policies lets himself in, as in Azure; where policies are guarded he does not', async () => {
    for (const [guardPolicies, expected] of [
      [false, 200],
      [true, 403],
    ] as const) {
      const { owner, caller, assign } = await armWire({ guardPolicies })
      const contributor = await caller('contributor')
      await assign(roles.contributor, contributor, groupId)
      await owner('PUT', vaultPath('kv-1'), vaultBody({ enableRbacAuthorization: false, accessPolicies: [] }))
      const own = { tenantId, objectId: contributor.made.oid, permissions: { keys: ['list'] } }
      const properties = { accessPolicies: [own] }
      const attempts = [
        contributor('PUT', `${vaultPath('kv-1')}/accessPolicies/add`, { properties }),
        contributor('PATCH', vaultPath('kv-1'), { properties }),
        contributor('PUT', vaultPath('kv-1'), vaultBody({ enableRbacAuthorization: false, ...properties })),
      ]
      for (const answered of await Promise.all(attempts)) assert.equal(answered.status, expected, answered.text)
      assert.equal((await contributor('PATCH', vaultPath('kv-1'), { tags: { a: 'b' } })).status, 200, 'what changes no policy')
      await owner('PATCH', vaultPath('kv-1'), { properties: { enableRbacAuthorization: true } })
      const planted = await contributor('PATCH', vaultPath('kv-1'), { properties: { accessPolicies: [own, own] } })
      assert.equal(planted.status, expected, 'nor a policy that waits for the switch')
    }
  })
})

describe('a deleted vault', () => {
  test('keeps its name, comes back whole, and frees its name when it is purged', async () => {
    const { owner, ground } = await armWire()
    const made = await owner('PUT', vaultPath('kv-1'), vaultBody({}, { tags: { a: 'b' } }))
    const compartment = ground.context.vaults.peek()[0]?.value.compartment
    assert.ok(compartment !== undefined)
    assert.equal((await owner('DELETE', vaultPath('kv-1'))).status, 200)
    assert.equal((await owner('DELETE', vaultPath('kv-1'))).status, 204)
    assert.deepEqual(refusal(await owner('PUT', vaultPath('kv-1'), vaultBody())), [409, 'ConflictError'])
    const wrongPlace = await owner('PUT', vaultPath('kv-1'), vaultBody({ createMode: 'recover' }, { location: 'westeurope' }))
    assert.equal(wrongPlace.status, 400)
    const recovered = await owner('PUT', vaultPath('kv-1'), {
      location: 'local',
      properties: { tenantId, sku: { name: 'standard' }, createMode: 'recover' },
    })
    assert.equal(recovered.status, 201)
    assert.deepEqual([recovered.json['tags'], recovered.json['properties']], [made.json['tags'], made.json['properties']])
    assert.equal(ground.context.vaults.peek()[0]?.value.compartment, compartment, 'with what is in it')
    await owner('DELETE', vaultPath('kv-1'))
    const purged = await owner('POST', `${deletedPath('kv-1')}/purge`)
    assert.equal(purged.status, 202)
    assert.equal((await owner('GET', textIn(purged.headers['location']))).status, 200)
    assert.equal(ground.context.ground.barrier.has(compartment), false, 'its key is destroyed')
    assert.equal((await owner('GET', deletedPath('kv-1'))).status, 404)
    assert.equal((await owner('PUT', vaultPath('kv-1'), vaultBody())).status, 201)
  })

  test('has a name that nobody else takes meanwhile, in whatever group and case', async () => {
    const { owner } = await armWire()
    await owner('PUT', `${groupId}2`, { location: 'local' })
    await owner('PUT', vaultPath('kv-1'), vaultBody())
    assert.deepEqual(refusal(await owner('PUT', vaultPath('KV-1', `${groupId}2`), vaultBody())), [409, 'VaultAlreadyExists'])
    const check = async (name: string) =>
      (
        await owner('POST', `/subscriptions/${subscriptionId}/providers/Microsoft.KeyVault/checkNameAvailability`, {
          name,
          type: 'Microsoft.KeyVault/vaults',
        })
      ).json
    assert.equal((await check('Kv-1'))['reason'], 'AlreadyExists')
    assert.equal((await check('1bad'))['reason'], 'AccountNameInvalid')
    assert.equal((await check('kv-2'))['nameAvailable'], true)
    await owner('DELETE', vaultPath('kv-1'))
    assert.deepEqual(refusal(await owner('PUT', vaultPath('kv-1', `${groupId}2`), vaultBody())), [409, 'ConflictError'])
    const elsewhere = await owner('PUT', vaultPath('kv-1', `${groupId}2`), vaultBody({ createMode: 'recover' }))
    assert.deepEqual(refusal(elsewhere), [400, 'BadRequest'])
  })

  test('and others of its name, asked for at once, end as one; the others are told', async () => {
    const { owner } = await armWire()
    for (const group of [2, 3, 4]) await owner('PUT', `${groupId}${group}`, { location: 'local' })
    const all = await Promise.all([2, 3, 4].map(async group => owner('PUT', vaultPath('kv-1', `${groupId}${group}`), vaultBody())))
    assert.deepEqual(
      all.map(({ status }) => status).toSorted((a, b) => a - b),
      [201, 409, 409],
    )
    const same = await Promise.all([1, 2, 3, 4].map(async () => owner('PUT', vaultPath('kv-2'), vaultBody())))
    assert.deepEqual(
      same.map(({ status }) => status).toSorted((a, b) => a - b),
      [200, 200, 200, 201],
    )
  })

  test('is not purged under purge protection, whoever asks, until its retention ends', async () => {
    const { owner, ground } = await armWire()
    await owner('PUT', vaultPath('kv-1'), vaultBody({ enablePurgeProtection: true }))
    await owner('DELETE', vaultPath('kv-1'))
    assert.deepEqual(refusal(await owner('POST', `${deletedPath('kv-1')}/purge`)), [405, 'MethodNotAllowed'])
    const [task] = vaultTasks
    const [deleted] = ground.context.deletedVaults.peek()
    assert.ok(task !== undefined && deleted !== undefined)
    const run = async () => ground.run(system, async call => task.run(ground.context, call, deleted))
    ground.clock.advance(7 * day - 1)
    assert.equal(await run(), false)
    assert.equal(ground.context.deletedVaults.peek().length, 1)
    ground.clock.advance(1)
    assert.equal(await run(), true)
    assert.equal(ground.context.deletedVaults.peek().length, 0)
    assert.equal(ground.context.ground.barrier.has(deleted.value.vault.compartment), false)
  })

  test('loses its role assignments, and a vault that comes back begins without them', async () => {
    const { owner, caller, assign } = await armWire()
    const reader = await caller('reader')
    await owner('PUT', vaultPath('kv-1'), vaultBody())
    await assign(roles.reader, reader, vaultPath('kv-1'))
    assert.equal((await reader('GET', vaultPath('kv-1'))).status, 200, 'control')
    await owner('DELETE', vaultPath('kv-1'))
    await owner('PUT', vaultPath('kv-1'), vaultBody({ createMode: 'recover' }))
    assert.deepEqual(refusal(await reader('GET', vaultPath('kv-1'))), [403, 'AuthorizationFailed'])
  })
})

describe('a key of a vault through ARM', () => {
  test('is made where there is none, and stays as it is where there is one', async () => {
    const { owner } = await armWire()
    await owner('PUT', vaultPath('kv-1'), vaultBody())
    const path = `${vaultPath('kv-1')}/keys/k1`
    const made = await owner('PUT', path, { properties: { kty: 'EC', curveName: 'P-384', keyOps: ['sign'] }, tags: { a: 'b' } })
    assert.equal(made.status, 200, made.text)
    assert.deepEqual([propertiesOf(made)['curveName'], propertiesOf(made)['keyOps']], ['P-384', ['sign']])
    assert.match(textIn(propertiesOf(made)['keyUriWithVersion']), /^https:\/\/kv-1\.vault\.keystead\.test:8443\/keys\/k1\/[0-9a-f]{32}$/)
    const again = await owner('PUT', path, { properties: { kty: 'RSA', keySize: 2048 } })
    assert.deepEqual([again.status, again.json], [200, made.json])
    assert.deepEqual((await owner('GET', path)).json, made.json)
    const listed = await owner('GET', `${vaultPath('kv-1')}/keys`)
    assert.deepEqual(listed.json['value'], [made.json])
    const version = textIn(propertiesOf(made)['keyUriWithVersion']).slice(-32)
    assert.equal((await owner('GET', `${path}/versions/${version}`)).json['name'], version)
    assert.deepEqual(refusal(await owner('GET', `${vaultPath('kv-1')}/keys/none`)), [404, 'KeyNotFound'])
  })

  test('is made by control-plane rights alone, and shows nothing of what it is made of', async () => {
    const { owner, caller, assign } = await armWire()
    await owner('PUT', vaultPath('kv-1'), vaultBody())
    const data = await caller('crypto user')
    await assign(roles.cryptoUser, data, vaultPath('kv-1'))
    const path = `${vaultPath('kv-1')}/keys/k1`
    assert.deepEqual(refusal(await data('PUT', path, { properties: { kty: 'EC' } })), [403, 'AuthorizationFailed'])
    const { text } = await owner('PUT', path, { properties: { kty: 'EC' } })
    assert.doesNotMatch(text, /"(?:x|y|d|n|publicKey)"/)
    const exportable = { kty: 'EC', attributes: { exportable: true } }
    assert.deepEqual(refusal(await owner('PUT', `${path}2`, { properties: exportable })), [400, 'NotSupported'])
  })

  test('is made with the policy of its rotation, or not at all', async () => {
    const { owner } = await armWire()
    await owner('PUT', vaultPath('kv-1'), vaultBody())
    const put = async (name: string, rotationPolicy: object) =>
      owner('PUT', `${vaultPath('kv-1')}/keys/${name}`, { properties: { kty: 'EC', rotationPolicy } })
    const lifetimeActions = [{ trigger: { timeAfterCreate: 'P30D', timeBeforeExpiry: '' }, action: { type: 'rotate' } }]
    const made = await put('k1', { attributes: { expiryTime: 'P90D' }, lifetimeActions })
    assert.equal(made.status, 200, made.text)
    const shown = propertiesOf(await owner('GET', `${vaultPath('kv-1')}/keys/k1`))['rotationPolicy']
    assert.partialDeepStrictEqual(shown, {
      attributes: { expiryTime: 'P90D' },
      lifetimeActions: [
        { trigger: { timeAfterCreate: 'P30D' }, action: { type: 'Rotate' } },
        { trigger: { timeBeforeExpiry: 'P30D' }, action: { type: 'Notify' } },
      ],
    })
    assert.deepEqual(refusal(await put('k2', { attributes: { expiryTime: 'P27D' } })), [400, 'InvalidRequestContent'])
    assert.deepEqual(refusal(await owner('GET', `${vaultPath('kv-1')}/keys/k2`)), [404, 'KeyNotFound'])
  })
})

describe('a secret of a vault through ARM', () => {
  const path = `${vaultPath('kv-1')}/secrets/Pass`
  const properties = { value: 'CANARY one', contentType: 'text/plain', attributes: { exp: 2_000_000_000 } }

  test('goes in, and is shown without its value; each value is a version', async () => {
    const { owner } = await armWire()
    await owner('PUT', vaultPath('kv-1'), vaultBody())
    const made = await owner('PUT', path, { properties, tags: { a: 'b' } })
    assert.equal(made.status, 201, made.text)
    assert.equal(made.json['id'], path)
    const own = propertiesOf(made)
    assert.deepEqual([own['contentType'], own['secretUri']], ['text/plain', 'https://kv-1.vault.keystead.test:8443/secrets/Pass'])
    assert.match(textIn(own['secretUriWithVersion']), /\/secrets\/Pass\/[0-9a-f]{32}$/)
    assert.partialDeepStrictEqual(own['attributes'], { enabled: true, exp: 2_000_000_000 })
    const again = await owner('PUT', path, { properties: { value: 'CANARY two' } })
    assert.deepEqual([again.status, propertiesOf(again)['contentType']], [200, undefined])
    assert.notEqual(propertiesOf(again)['secretUriWithVersion'], own['secretUriWithVersion'])
    const changed = await owner('PATCH', path, { tags: { c: 'd' }, properties: { attributes: { enabled: false } } })
    assert.deepEqual(
      [changed.json['tags'], propertiesOf(changed)['secretUriWithVersion']],
      [{ c: 'd' }, propertiesOf(again)['secretUriWithVersion']],
    )
    const next = await owner('PATCH', path, { properties: { value: 'CANARY three' } })
    assert.notEqual(propertiesOf(next)['secretUriWithVersion'], propertiesOf(again)['secretUriWithVersion'])
    const shown = await owner('GET', path)
    const listed = await owner('GET', `${vaultPath('kv-1')}/secrets`)
    assert.deepEqual([shown.json, listed.json['value']], [next.json, [next.json]])
    for (const heard of [made, again, changed, next, shown, listed]) assert.ok(!heard.text.includes('CANARY'))
  })

  test('is refused without a value, over its limits, and where a PATCH finds none; nothing is echoed', async () => {
    const { owner } = await armWire()
    await owner('PUT', vaultPath('kv-1'), vaultBody())
    for (const wrong of [{}, { value: null }, { value: 'CANARY'.repeat(5_000) }, { value: 'CANARY', contentType: 'x'.repeat(256) }]) {
      const refused = await owner('PUT', path, { properties: wrong })
      assert.deepEqual([...refusal(refused), refused.text.includes('CANARY')], [400, 'InvalidRequestContent', false])
    }
    assert.deepEqual(refusal(await owner('PATCH', path, { properties: { value: 'v' } })), [404, 'SecretNotFound'])
    assert.deepEqual(refusal(await owner('GET', path)), [404, 'SecretNotFound'])
  })

  test('needs control-plane rights: those of the data are none here', async () => {
    const { owner, caller, assign } = await armWire()
    await owner('PUT', vaultPath('kv-1'), vaultBody())
    const data = await caller('crypto user')
    await assign(roles.cryptoUser, data, vaultPath('kv-1'))
    for (const [method, body] of [
      ['PUT', { properties }],
      ['PATCH', { properties }],
      ['GET', undefined],
    ] as const)
      assert.deepEqual(refusal(await data(method, path, body)), [403, 'AuthorizationFailed'], method)
  })
})
