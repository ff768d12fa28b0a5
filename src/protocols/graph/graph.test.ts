import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { describe, test } from 'node:test'
import { certificateOf, certificateToSign } from '#crypto/self-signed.ts'
import { createManagedIdentity, createTenant } from '#domain/identity/directory.ts'
import { tenantId, type Made } from '#domain/identity/testing.ts'
import { system } from '#model/principal.ts'
import { entraProtocol } from '#protocols/entra/index.ts'
import { createPipeline } from '#protocols/http/pipeline.ts'
import { ask, listIn, objectIn, textIn } from '#protocols/http/testing.ts'
import { base, codeOf, graphGround, names } from './testing.ts'

const { ground, pipeline, as, asked, filtered } = await graphGround()
const login = createPipeline(ground.context, entraProtocol('keystead.test'))
const tokenOf = async ({ appId, secretText }: Pick<Made, 'appId' | 'secretText'>) => {
  const form = { grant_type: 'client_credentials', client_id: appId, client_secret: secretText, scope: `${base}/.default` }
  return ask(login, { url: `https://login.keystead.test/${tenantId}/oauth2/v2.0/token`, body: new URLSearchParams(form) })
}

const der = (days: number): Uint8Array => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const spki = publicKey.export({ format: 'der', type: 'spki' })
  const toBeSigned = certificateToSign({
    commonName: 'client',
    serial: Uint8Array.of(1),
    notBefore: 1_799_000_000_000,
    notAfter: 1_800_000_000_000 + days * 86_400_000,
    publicKey: spki,
  })
  return certificateOf(toBeSigned, sign('sha256', toBeSigned, privateKey))
}

describe('an application', () => {
  test('is made, found, changed and deleted, and its principal with it', async () => {
    const made = await asked('POST', '/v1.0/applications', { displayName: "O'Brien" })
    assert.equal(made.status, 201)
    const [id, appId] = [textIn(made.json['id']), textIn(made.json['appId'])]
    const principal = await asked('POST', '/v1.0/servicePrincipals', { appId })
    assert.deepEqual([principal.status, principal.json['displayName'], principal.json['accountEnabled']], [201, "O'Brien", true])
    for (const [set, filter] of [
      ['applications', `appId eq '${appId.toUpperCase()}'`],
      ['applications', "displayName eq 'o''brien'"],
      ['applications', "startswith(displayName,'O''B')"],
      ['applications', `startswith(displayName, 'o') and appId eq '${appId}'`],
      ['servicePrincipals', `appId eq '${appId}'`],
      ['servicePrincipals', `servicePrincipalNames/any(c:c eq '${appId}')`],
      ['servicePrincipals', "displayName eq 'O''Brien' and accountEnabled eq true"],
    ] as const) {
      const { status, json } = await filtered(set, filter)
      assert.deepEqual([status, names(json)], [200, ["O'Brien"]], filter)
    }
    assert.equal((await asked('GET', `/v1.0/applications(appId='${appId}')`)).json['id'], id)
    assert.equal((await asked('GET', `/v1.0/servicePrincipals(appId='${appId}')`)).json['id'], principal.json['id'])
    assert.equal((await asked('PATCH', `/v1.0/applications/${id}`, { displayName: 'renamed', identifierUris: ['api://x'] })).status, 204)
    assert.deepEqual(names((await filtered('applications', "identifierUris/any(s:s eq 'api://x')")).json), ['renamed'])
    assert.equal((await asked('DELETE', `/v1.0/applications/${id}`)).status, 204)
    const gone = await asked('GET', `/v1.0/applications/${id}`)
    assert.deepEqual([gone.status, codeOf(gone.json)], [404, 'Request_ResourceNotFound'])
    assert.equal((await asked('GET', `/v1.0/servicePrincipals/${textIn(principal.json['id'])}`)).status, 404)
  })

  test('says where answers about its users may go; what leads anywhere else is refused', async () => {
    const { json } = await asked('POST', '/v1.0/applications', {
      displayName: 'answered',
      web: { redirectUris: ['https://app.example/in'] },
    })
    const path = `/v1.0/applications/${textIn(json['id'])}`
    assert.equal((await asked('PATCH', path, { publicClient: { redirectUris: ['http://localhost', 'myprogram://in'] } })).status, 204)
    const shown = (await asked('GET', path)).json
    assert.deepEqual(
      [shown['web'], shown['publicClient']],
      [
        {
          homePageUrl: null,
          implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: false },
          logoutUrl: null,
          redirectUris: ['https://app.example/in'],
        },
        { redirectUris: ['http://localhost', 'myprogram://in'] },
      ],
    )
    for (const uri of [
      'http://app.example/in',
      'https://app.example/#x',
      'https://*.example/',
      'javascript:alert(1)',
      'https://user@app.example/',
      'https://app.example/\u010din',
      'https://app.example/\u0000',
      'https://app.example/ü',
      'https://app.example/"',
    ])
      assert.equal((await asked('PATCH', path, { web: { redirectUris: [uri] } })).status, 400, uri)
    for (const uri of ['javascript:alert(1)', 'data:text/html,x', 'http://elsewhere.example/', 'blob:x', 'myprogram://\u010d'])
      assert.equal((await asked('PATCH', path, { publicClient: { redirectUris: [uri] } })).status, 400, uri)
    // What is not offered may be said to be unset, and no more.
    assert.equal((await asked('PATCH', path, { spa: { redirectUris: [] }, optionalClaims: null })).status, 204)
    for (const wanted of [
      { spa: { redirectUris: ['https://app.example/page'] } },
      { web: { implicitGrantSettings: { enableIdTokenIssuance: true } } },
      { web: { logoutUrl: 'https://app.example/out' } },
      { groupMembershipClaims: 'All' },
    ])
      assert.equal((await asked('PATCH', path, wanted)).status, 400, JSON.stringify(wanted))
  })

  test('signs in with the secret that addPassword showed once, until removePassword', async () => {
    const { json } = await asked('POST', '/v1.0/applications', { displayName: 'passworded' })
    const [id, appId] = [textIn(json['id']), textIn(json['appId'])]
    await asked('POST', '/v1.0/servicePrincipals', { appId })
    const added = await asked('POST', `/v1.0/applications/${id}/addPassword`, {
      passwordCredential: { displayName: 'one', endDateTime: '2027-06-01T00:00:00Z' },
    })
    assert.equal(added.status, 200)
    const secretText = textIn(added.json['secretText'])
    assert.match(secretText, /^[A-Za-z0-9_-]{40}$/)
    assert.equal(added.json['endDateTime'], '2027-06-01T00:00:00Z')
    const shown = await asked('GET', `/v1.0/applications/${id}`)
    assert.ok(!shown.text.includes(secretText))
    assert.deepEqual(
      listIn(shown.json['passwordCredentials']).map(one => [one['keyId'], one['hint'], one['secretText']]),
      [[added.json['keyId'], secretText.slice(0, 3), null]],
    )
    assert.ok(!JSON.stringify(ground.rows()).includes(secretText), 'no secret in the audit')
    assert.equal((await tokenOf({ appId, secretText })).status, 200)
    assert.equal((await asked('POST', `/v1.0/applications/${id}/removePassword`, { keyId: added.json['keyId'] })).status, 204)
    assert.equal((await tokenOf({ appId, secretText })).status, 401)
    assert.equal((await asked('POST', `/v1.0/applications/${id}/removePassword`, { keyId: added.json['keyId'] })).status, 400)
  })

  test('a secret of the principal itself signs in as well', async () => {
    const app = await ground.add('with its own')
    const added = await asked('POST', `/v1.0/servicePrincipals/${app.oid}/addPassword`)
    const own = { appId: app.appId, secretText: textIn(added.json['secretText']) }
    assert.equal((await tokenOf(own)).status, 200)
    assert.equal((await asked('POST', `/v1.0/servicePrincipals/${app.oid}/removePassword`, { keyId: added.json['keyId'] })).status, 204)
    assert.equal((await tokenOf(own)).status, 401)
  })

  test('keyCredentials are replaced as a whole; one without its key names one that is there', async () => {
    const { json } = await asked('POST', '/v1.0/applications', { displayName: 'certified' })
    const path = `/v1.0/applications/${textIn(json['id'])}`
    const shown = async () => listIn((await asked('GET', path)).json['keyCredentials'])
    const key = (days: number) => Buffer.from(der(days)).toString('base64')
    const credential = { type: 'AsymmetricX509Cert', usage: 'Verify' }
    const certificate = key(30)
    assert.equal((await asked('PATCH', path, { keyCredentials: [{ ...credential, key: certificate, displayName: 'one' }] })).status, 204)
    const [first] = await shown()
    assert.deepEqual([first?.['displayName'], first?.['key'], first?.['endDateTime']], ['one', null, '2027-02-14T08:00:00Z'])
    const [byName] = listIn((await asked('GET', `${path}?$select=keyCredentials`)).json['keyCredentials'])
    assert.equal(byName?.['key'], certificate, 'who asks one object for its keys by name is shown the certificate')
    const listed = await asked(
      'GET',
      `/v1.0/applications?$select=keyCredentials&$filter=${encodeURIComponent("displayName eq 'certified'")}`,
    )
    assert.ok(!listed.text.includes(certificate), 'and no list shows it')
    const both = [
      { ...credential, keyId: first?.['keyId'], key: null },
      { ...credential, key: key(10), endDateTime: '2030-01-01T00:00:00Z' },
    ]
    assert.equal((await asked('PATCH', path, { keyCredentials: both })).status, 204)
    const [kept, second] = await shown()
    assert.equal(kept?.['keyId'], first?.['keyId'])
    assert.equal(second?.['endDateTime'], '2027-01-25T08:00:00Z', 'no longer than the certificate itself')
    assert.equal((await asked('PATCH', path, { keyCredentials: [] })).status, 204)
    assert.deepEqual(await shown(), [])
  })
})

describe('a request is refused', () => {
  const somewhere = '/v1.0/applications/99999999-2222-4333-8444-555555555555'
  const certificate = Buffer.from(der(1)).toString('base64')
  for (const [what, method, path, body, status, code] of [
    ['for an unknown object', 'GET', somewhere, undefined, 404, 'Request_ResourceNotFound'],
    ['for an id that is none', 'GET', '/v1.0/applications/x', undefined, 400, 'Request_BadRequest'],
    ['for an unknown set', 'GET', '/v1.0/devices', undefined, 400, 'BadRequest'],
    ['for an unknown set below', 'GET', '/v1.0/devices/x/y', undefined, 400, 'BadRequest'],
    ['by another method', 'DELETE', '/v1.0/applications', undefined, 405, 'Request_BadRequest'],
    ['for me, who is an application', 'GET', '/v1.0/me', undefined, 403, 'Authorization_RequestDenied'],
    ['with a body that is none', 'POST', '/v1.0/applications', '{', 400, 'Request_BadRequest'],
    ['with a member twice', 'POST', '/v1.0/applications', '{"displayName":"a","displayName":"b"}', 400, 'Request_BadRequest'],
    ['without a name', 'POST', '/v1.0/applications', {}, 400, 'Request_BadRequest'],
    [
      'with a member that would be lost',
      'POST',
      '/v1.0/applications',
      { displayName: 'x', spa: { redirectUris: ['https://x.example/'] } },
      400,
      'Request_BadRequest',
    ],
    [
      'with a key that is no certificate',
      'POST',
      '/v1.0/applications',
      { displayName: 'x', keyCredentials: [{ key: 'AAAA' }] },
      400,
      'Request_BadRequest',
    ],
    [
      'with something behind the certificate',
      'POST',
      '/v1.0/applications',
      { displayName: 'x', keyCredentials: [{ key: Buffer.concat([der(1), Buffer.alloc(1)]).toString('base64') }] },
      400,
      'Request_BadRequest',
    ],
    [
      'with a symmetric key',
      'POST',
      '/v1.0/applications',
      { displayName: 'x', keyCredentials: [{ key: certificate, type: 'Symmetric' }] },
      400,
      'Request_BadRequest',
    ],
    [
      'with a credential that is not there',
      'POST',
      '/v1.0/applications',
      { displayName: 'x', keyCredentials: [{ keyId: '99999999-2222-4333-8444-555555555555' }] },
      400,
      'Request_BadRequest',
    ],
    [
      'for a principal of no application',
      'POST',
      '/v1.0/servicePrincipals',
      { appId: '99999999-2222-4333-8444-555555555555' },
      400,
      'Request_BadRequest',
    ],
    [
      'that orders the list by what is no text',
      'GET',
      '/v1.0/applications?$orderby=keyCredentials',
      undefined,
      400,
      'Request_UnsupportedQuery',
    ],
    ['that expands', 'GET', '/v1.0/servicePrincipals?$expand=owners', undefined, 400, 'Request_UnsupportedQuery'],
    ['with $top=0', 'GET', '/v1.0/applications?$top=0', undefined, 400, 'Request_BadRequest'],
    ['with $top=1000', 'GET', '/v1.0/applications?$top=1000', undefined, 400, 'Request_BadRequest'],
    ['with a page that is none', 'GET', '/v1.0/applications?$skiptoken=x', undefined, 400, 'Request_BadRequest'],
  ] as const) {
    test(`${what}: ${status} ${code}`, async () => {
      const { status: got, json, headers } = await asked(method, path, body)
      assert.deepEqual([got, codeOf(json)], [status, code])
      const { innerError } = objectIn(json['error']) as { innerError?: unknown }
      assert.equal(objectIn(innerError)['request-id'], headers['request-id'])
    })
  }

  for (const filter of [
    "appId ne 'x'",
    "endswith(displayName,'x')",
    "not (displayName eq 'x')",
    "displayName eq 'x",
    "constructor eq 'x'",
    "servicePrincipalNames/any(c:d eq 'x')",
    'displayName',
  ]) {
    test(`with $filter=${filter}`, async () => {
      const { status, json } = await filtered('applications', filter)
      assert.deepEqual([status, codeOf(json)], [400, 'Request_UnsupportedQuery'])
    })
  }

  test('without a token, with a wrong one, with one for another service: 401 and where to get one', async () => {
    const { application } = await ground.add('elsewhere').then(made => ({ application: made }))
    const form = { grant_type: 'client_credentials', client_id: application.appId, client_secret: application.secretText }
    const issued = await ask(login, {
      url: `https://login.keystead.test/${tenantId}/oauth2/token`,
      body: new URLSearchParams({ ...form, resource: 'https://vault.keystead.test' }),
    })
    for (const headers of [
      {},
      { authorization: 'Basic x' },
      { authorization: 'Bearer a.b.c' },
      { authorization: `Bearer ${textIn(issued.json['access_token'])}` },
    ]) {
      const refused = await ask(pipeline, { url: `${base}/v1.0/applications`, headers })
      assert.deepEqual([refused.status, codeOf(refused.json)], [401, 'InvalidAuthenticationToken'])
      assert.match(refused.headers['www-authenticate'] ?? '', /authorization_uri="https:\/\/login\.keystead\.test\//)
    }
  })

  test('to who has no right in the directory, and to a reader who writes', async () => {
    const nobody = await as(await ground.add('nobody'))
    const reader = await as(await ground.add('reader', 'read'))
    for (const refused of [await nobody('GET', '/v1.0/applications'), await reader('POST', '/v1.0/applications', { displayName: 'x' })])
      assert.deepEqual([refused.status, codeOf(refused.json)], [403, 'Authorization_RequestDenied'])
    assert.equal((await reader('GET', '/v1.0/applications')).status, 200)
    assert.equal(objectIn(ground.rows().findLast(row => row['operation'] === 'ApplicationCreate')?.['decision'])['allow'], false)
  })
})

describe('a principal', () => {
  test('is made once: the second time is a conflict', async () => {
    const { appId } = await ground.add('once')
    const again = await asked('POST', '/v1.0/servicePrincipals', { appId })
    assert.deepEqual([again.status, codeOf(again.json)], [409, 'Request_MultipleObjectsWithSameKeyValue'])
  })

  test('that is disabled gets no token, and the one that it has counts no more', async () => {
    const made = await ground.add('disabled', 'read')
    const own = await as(made)
    assert.equal((await own('GET', '/v1.0/organization')).status, 200)
    assert.equal((await asked('PATCH', `/v1.0/servicePrincipals/${made.oid}`, { accountEnabled: false })).status, 204)
    assert.equal((await own('GET', '/v1.0/organization')).status, 401)
    assert.deepEqual((await tokenOf(made)).json['error_codes'], [7000112])
    assert.equal((await asked('PATCH', `/v1.0/servicePrincipals/${made.oid}`, { accountEnabled: true })).status, 204)
    assert.equal((await own('GET', '/v1.0/organization')).status, 200)
  })

  test('of a managed identity leads back to its resource, and has neither credentials nor an end of its own', async () => {
    const resourceId = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/diskEncryptionSets/d'
    const { principalId, clientId } = await ground.run(system, async call =>
      createManagedIdentity(ground.context, call, { tenantId, displayName: 'des', resourceId, userAssigned: false }),
    )
    const { json } = await asked('GET', `/v1.0/servicePrincipals/${principalId}`)
    assert.deepEqual(
      [json['appId'], json['servicePrincipalType'], json['alternativeNames']],
      [clientId, 'ManagedIdentity', ['isExplicit=False', resourceId]],
    )
    assert.equal((await asked('POST', `/v1.0/servicePrincipals/${principalId}/addPassword`)).status, 409)
    assert.equal((await asked('DELETE', `/v1.0/servicePrincipals/${principalId}`)).status, 409)
    assert.deepEqual((await tokenOf({ appId: clientId, secretText: 'x' })).json['error_codes'], [700016])
  })
})

describe('a list', () => {
  test('pages in the order of making, behind what was last, whatever is removed meanwhile', async () => {
    for (const at of [1, 2, 3, 4, 5]) await asked('POST', '/v1.0/applications', { displayName: `page ${at}` })
    const first = await asked('GET', "/v1.0/applications?$filter=startswith(displayName,'page')&$top=2&$count=true")
    assert.deepEqual([names(first.json), first.json['@odata.count']], [['page 1', 'page 2'], 5])
    const [, second] = listIn(first.json['value'])
    await asked('DELETE', `/v1.0/applications/${textIn(second?.['id'])}`)
    const seen: unknown[] = []
    for (let link = first.json['@odata.nextLink']; link !== undefined;) {
      const { json } = await asked('GET', textIn(link).slice(base.length))
      seen.push(...names(json))
      link = json['@odata.nextLink']
    }
    assert.deepEqual(seen, ['page 3', 'page 4', 'page 5'])
  })

  test("shows Microsoft's own client as a principal, and not as an application of the tenant", async () => {
    const cli = "appId eq '04b07795-8ddb-461a-bbee-02f9e1bf7b46'"
    assert.deepEqual(names((await filtered('servicePrincipals', cli)).json), ['Microsoft Azure CLI'])
    assert.deepEqual(names((await filtered('applications', cli)).json), [])
  })

  test('knows nothing of another tenant', async () => {
    const other = '99999999-8888-4777-8666-555555555555'
    await ground.run(system, async call =>
      createTenant(ground.context, call, { tenantId: other, displayName: 'Other', domains: ['other.keystead.test'] }),
    )
    const theirs = ground.context.servicePrincipals.peek().find(held => held.value.tenantId === other)
    assert.ok(theirs)
    assert.equal((await asked('GET', `/v1.0/servicePrincipals/${theirs.value.id}`)).status, 404)
    assert.equal(listIn((await filtered('servicePrincipals', "displayName eq 'Microsoft Azure CLI'")).json['value']).length, 1)
    const { json } = await asked('GET', '/v1.0/organization')
    assert.deepEqual(
      listIn(json['value']).map(one => one['id']),
      [tenantId],
    )
  })

  test('getByIds answers what is there, with its type', async () => {
    const made = await ground.add('by id')
    const ids = [made.oid, made.application.value.id, '99999999-2222-4333-8444-555555555555']
    const all = await asked('POST', '/v1.0/directoryObjects/getByIds', { ids })
    assert.deepEqual(
      listIn(all.json['value']).map(one => one['@odata.type']),
      ['#microsoft.graph.servicePrincipal', '#microsoft.graph.application'],
    )
    const types = ['user', 'group', 'servicePrincipal', 'directoryObjectPartnerReference']
    const some = await asked('POST', '/v1.0/directoryObjects/getByIds', { ids, types })
    assert.deepEqual(
      listIn(some.json['value']).map(one => one['id']),
      [made.oid],
    )
  })
})
