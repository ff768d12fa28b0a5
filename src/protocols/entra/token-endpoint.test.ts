import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { tenantId } from '#domain/identity/testing.ts'
import { ask, listIn, objectIn, textIn, type Answered } from '#protocols/http/testing.ts'
import { entraGround, formOf, login, v2, vaultResource } from './testing.ts'

// The test clock's first moment, for a library that reads a clock of its own.
// oxlint-disable-next-line no-restricted-globals
const start = new Date(1_800_000_000_000)
/** As a client reads it. */
const keySet = (json: Readonly<Record<string, unknown>>) => ({
  keys: listIn(json['keys']).map(key => Object.assign({ kty: textIn(key['kty']) }, key)),
})

async function verified(get: (path: string) => Promise<Answered>, token: string) {
  const { json } = await get(`/${tenantId}/discovery/v2.0/keys`)
  return (await jwtVerify(token, createLocalJWKSet(keySet(json)), { algorithms: ['RS256'], currentDate: start })).payload
}

/** A tenant's key takes a while to make: tests that change nothing share one. */
const shared = await entraGround()
const app = await shared.ground.add('app')

describe('the token endpoint', () => {
  test('gives a v1 token that the published keys verify, by another library than ours', async () => {
    const { ground, get, post } = await entraGround()
    const made = await ground.add('app')
    const { status, json, headers } = await post(v2, formOf(made))
    assert.equal(status, 200)
    assert.deepEqual(Object.keys(json).sort(), ['access_token', 'expires_in', 'ext_expires_in', 'token_type'])
    assert.equal(json['expires_in'], 3599)
    assert.match(headers['cache-control'] ?? '', /no-store/)
    const claims = await verified(get, textIn(json['access_token']))
    assert.deepEqual(
      { ...claims, uti: typeof claims['uti'] },
      {
        aud: vaultResource,
        iss: `${login}/${tenantId}/`,
        idp: `${login}/${tenantId}/`,
        appid: made.appId,
        appidacr: '1',
        idtyp: 'app',
        oid: made.oid,
        sub: made.oid,
        tid: tenantId,
        ver: '1.0',
        ks_cred: made.keyId,
        iat: 1_800_000_000,
        nbf: 1_800_000_000,
        exp: 1_800_003_599,
        uti: 'string',
      },
    )
    const row = ground.rows().at(-2)
    assert.deepEqual([row?.['operation'], row?.['decision']], ['TokenIssue', { allow: true, appliedSeq: 2, by: 'secret' }])
    assert.deepEqual(row?.['actor'], {
      appid: made.appId,
      authMethod: 'secret',
      credentialId: made.keyId,
      kind: 'application',
      oid: made.oid,
      tenant: tenantId,
    })
  })

  test('v1 answers numbers as strings and names the resource', async () => {
    const { ground, post } = shared
    const { json } = await post(`/${tenantId}/oauth2/token`, {
      ...formOf(await ground.add('app')),
      scope: undefined,
      resource: vaultResource,
    })
    const { access_token: token, ...rest } = json
    assert.equal(typeof token, 'string')
    assert.deepEqual(rest, {
      token_type: 'Bearer',
      expires_in: '3599',
      ext_expires_in: '3599',
      expires_on: '1800003599',
      not_before: '1800000000',
      resource: vaultResource,
    })
  })

  for (const [what, path, asked] of [
    ['the tenant by its domain', '/CONTOSO.keystead.test/oauth2/v2.0/token', { scope: `${vaultResource}/.default` }],
    ['the tenant by the client, at common', '/common/oauth2/v2.0/token', { scope: `${vaultResource}/.default` }],
    ['the tenant by the client, at adfs', '/adfs/oauth2/token', { scope: undefined, resource: vaultResource }],
    ['adfs with a scope, as MSAL sends it', '/adfs/oauth2/token', { scope: `${vaultResource}/.default` }],
  ] as const) {
    test(`finds ${what}`, async () => {
      const { get, post } = shared
      const { json } = await post(path, { ...formOf(app), ...asked })
      assert.equal((await verified(get, textIn(json['access_token'])))['tid'], tenantId)
    })
  }

  test('takes exactly one /.default off and keeps the slash that remains as the audience', async () => {
    const { ground, get, post } = shared
    const { json } = await post(v2, { ...formOf(await ground.add('app')), scope: 'https://management.keystead.test//.default' })
    assert.equal((await verified(get, textIn(json['access_token']))).aud, 'https://management.keystead.test/')
  })

  test('takes the secret by HTTP Basic, form-encoded (RFC 6749 2.3.1), but not beside one in the form', async () => {
    const { ground, post } = await entraGround()
    const made = await ground.add('app')
    const basic = (secret: string) => ({
      authorization: `Basic ${Buffer.from(`${made.appId}:${encodeURIComponent(secret)}`).toString('base64')}`,
    })
    const form = { grant_type: 'client_credentials', scope: `${vaultResource}/.default` }
    assert.equal((await post(v2, form, basic(made.secretText))).status, 200)
    assert.equal((await post(v2, { ...form, client_id: made.appId.toUpperCase() }, basic(made.secretText))).status, 200)
    const wrong = await post(v2, form, basic('no-such-secret'))
    assert.deepEqual([wrong.status, wrong.json['error'], wrong.headers['www-authenticate']], [401, 'invalid_client', 'Basic realm="token"'])
    assert.equal((await post(v2, { ...form, client_secret: made.secretText }, basic(made.secretText))).status, 400)
  })

  test('echoes the capability CP1 in whatever case it came, and nothing of other claims', async () => {
    const { ground, get, post } = shared
    const claims = '{"access_token":{"xms_cc":{"values":["cp1"]},"x":{"essential":true}},"id_token":{"login_hint":{}}}'
    const { json } = await post(v2, { ...formOf(await ground.add('app')), claims })
    assert.deepEqual((await verified(get, textIn(json['access_token'])))['xms_cc'], ['CP1'])
  })

  const refusals: readonly (readonly [
    what: string,
    form: Record<string, string | undefined>,
    status: number,
    error: string,
    code: number,
  ])[] = [
    ['a wrong secret', { client_secret: 'this-is-not-it' }, 401, 'invalid_client', 7000215],
    ['no credential', { client_secret: undefined }, 401, 'invalid_client', 7000216],
    ['an empty credential', { client_secret: '' }, 401, 'invalid_client', 7000216],
    ['an unknown application', { client_id: '99999999-2222-4333-8444-555555555555' }, 400, 'unauthorized_client', 700016],
    ["az's public client", { client_id: '04b07795-8ddb-461a-bbee-02f9e1bf7b46' }, 401, 'invalid_client', 700025],
    ['no client', { client_id: undefined }, 400, 'invalid_request', 900144],
    ['an unknown resource', { scope: 'https://no-such-resource.example/.default' }, 400, 'invalid_resource', 500011],
    ['a resource of another domain', { scope: 'https://vault.keystead.test.evil.example/.default' }, 400, 'invalid_resource', 500011],
    ['no scope', { scope: undefined }, 400, 'invalid_request', 900144],
    ['two scopes', { scope: `${vaultResource}/.default https://graph.keystead.test/.default` }, 400, 'invalid_scope', 70011],
    ['a scope that is not /.default', { scope: 'user_impersonation' }, 400, 'invalid_scope', 1002012],
    ['no grant', { grant_type: undefined }, 400, 'invalid_request', 900144],
    ['an unknown grant', { grant_type: 'urn:example:grant' }, 400, 'unsupported_grant_type', 70003],
    ['the password grant', { grant_type: 'password', username: 'u', password: 'p' }, 400, 'unsupported_grant_type', 70003],
    ['a refresh token that is none', { grant_type: 'refresh_token', refresh_token: 'r' }, 400, 'invalid_grant', 70000],
    ['claims that are no JSON', { claims: '{' }, 400, 'invalid_request', 9002313],
    [
      'an assertion of another type',
      { client_secret: undefined, client_assertion: 'a.b.c', client_assertion_type: 'x' },
      400,
      'invalid_request',
      9002313,
    ],
    ['two credentials', { client_assertion: 'a.b.c', client_assertion_type: 'x' }, 400, 'invalid_request', 9002313],
  ]
  for (const [what, form, status, error, code] of refusals) {
    test(`refuses ${what} as AADSTS${code}`, async () => {
      const { ground, post } = shared
      const answered = await post(v2, { ...formOf(app), ...form })
      assert.deepEqual([answered.status, answered.json['error'], answered.json['error_codes']], [status, error, [code]])
      assert.ok(textIn(answered.json['error_description']).startsWith(`AADSTS${code}: `))
      assert.match(textIn(answered.json['error_description']), / Trace ID: \S+ Correlation ID: \S+ Timestamp: 2027-01-15 08:00:00Z$/)
      assert.deepEqual(Object.keys(answered.json).sort(), [
        'correlation_id',
        'error',
        'error_codes',
        'error_description',
        'error_uri',
        'timestamp',
        'trace_id',
      ])
      assert.ok(!answered.text.includes(app.secretText) && !answered.text.includes('this-is-not-it'))
      const row = ground.rows().at(-1)
      assert.deepEqual([row?.['operation'], row?.['result']], ['TokenIssue', { code: `AADSTS${code}`, http: status }])
      assert.equal(objectIn(row?.['decision'])['allow'], false, 'the audit shows a refusal')
      assert.ok(!JSON.stringify(ground.rows()).includes(app.secretText), 'no secret in the audit')
    })
  }

  test('refuses a secret from the end of its life on', async () => {
    const { ground, post } = await entraGround()
    const made = await ground.add('app')
    ground.clock.advance(2 * 365 * 86_400_000)
    const { json } = await post(v2, formOf(made))
    assert.deepEqual(json['error_codes'], [7000222])
  })

  test('names a tenant that does not exist, here and on discovery', async () => {
    const { ground, get, post } = await entraGround()
    const nowhere = '00000000-2222-4333-8444-555555555555'
    const refused = await post(`/${nowhere}/oauth2/v2.0/token`, formOf(await ground.add('app')))
    const discovery = await get(`/${nowhere}/v2.0/.well-known/openid-configuration`)
    for (const { status, json } of [refused, discovery])
      assert.deepEqual([status, json['error'], json['error_codes']], [400, 'invalid_request', [90002]])
  })

  test("the client's request id comes back as the correlation id, by header or query", async () => {
    const { post } = await entraGround()
    const mine = '7b5f4d5e-52a1-4f0e-9e66-0a5b9a2f8d11'
    assert.equal((await post(v2, {}, { 'client-request-id': mine })).json['correlation_id'], mine)
    assert.equal((await post(`${v2}?client-request-id=${mine}`, {})).json['correlation_id'], mine)
    assert.notEqual((await post(v2, {}, { 'client-request-id': '<script>' })).json['correlation_id'], '<script>')
  })

  for (const [what, body, type] of [
    ['JSON', '{"grant_type":"client_credentials"}', 'application/json'],
    ['plain text', 'grant_type=client_credentials', 'text/plain'],
    ['nothing', '', 'application/x-www-form-urlencoded'],
    ['a parameter twice', 'grant_type=client_credentials&grant_type=password', 'application/x-www-form-urlencoded'],
    ['broken escapes', '%ZZ=%00', 'application/x-www-form-urlencoded'],
    ['a megabyte', `a=${'x'.repeat(1 << 20)}`, 'application/x-www-form-urlencoded'],
  ] as const) {
    test(`refuses a form that is ${what}, in its own envelope`, async () => {
      const { status, json } = await ask(shared.pipeline, { url: login + v2, method: 'POST', body, headers: { 'content-type': type } })
      assert.ok(status >= 400 && status < 500)
      assert.equal(json['error'], 'invalid_request')
    })
  }

  test('after ten failures the source waits for that client, twice as long each time, and nobody else does', async () => {
    const { ground, post } = await entraGround({ throttle: true })
    const [made, other] = [await ground.add('app'), await ground.add('other')]
    const wrong = { ...formOf(made), client_secret: 'wrong' }
    for (let at = 0; at < 10; at++) assert.deepEqual((await post(v2, wrong)).json['error_codes'], [7000215])
    assert.deepEqual((await post(v2, formOf(made))).json['error_codes'], [50053], 'even the right secret waits')
    assert.equal((await post(v2, formOf(other))).status, 200)
    ground.clock.advance(1_000)
    assert.deepEqual((await post(v2, wrong)).json['error_codes'], [7000215])
    ground.clock.advance(1_000)
    assert.deepEqual((await post(v2, formOf(made))).json['error_codes'], [50053])
    ground.clock.advance(1_000)
    assert.equal((await post(v2, formOf(made))).status, 200)
    assert.deepEqual((await post(v2, wrong)).json['error_codes'], [7000215], 'a good sign-in forgives')
  })

  test('without throttle no failure costs anything', async () => {
    const { ground, post } = await entraGround()
    const made = await ground.add('app')
    for (let at = 0; at < 12; at++) await post(v2, { ...formOf(made), client_secret: 'wrong' })
    assert.equal((await post(v2, formOf(made))).status, 200)
  })
})
