// Clients of the tenant's own, the password grant, and logging out.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { createTenant } from '#domain/identity/directory.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { tenantId } from '#domain/identity/testing.ts'
import { operator, system } from '#model/principal.ts'
import { textIn } from '#protocols/http/testing.ts'
import { challengeOf, newVerifier, redirectedTo } from './browser.ts'
import { authorizePath, az, claimsIn, codeForm, domain, password, peopleGround, refreshForm, said } from './people.ts'
import { formOf, login, v2, vaultResource } from './testing.ts'

const ground = await peopleGround()
const { context } = ground.ground
const alice = await ground.person('alice')
const web = await ground.ground.add('a web application')
const native = await ground.ground.add('a program')
const answers = 'https://app.example/signed-in'
const program = 'myprogram://signed-in'
const none = { code_challenge: undefined, code_challenge_method: undefined }

before(async () =>
  ground.ground.run(system, async call => {
    for (const [made, of, uri] of [
      [web, 'web', answers],
      [native, 'publicClient', program],
    ] as const) {
      const held = await context.applications.get(call, compartmentOfGuid(tenantId), [made.application.value.id])
      assert(held)
      context.applications.update(call, held, { ...held.value, redirectUris: [{ of, uri }] })
    }
  }),
)

/** A code for the web application; whether with a challenge is the request's own. */
async function codeFor(more: Readonly<Record<string, string | undefined>>): Promise<string> {
  const by = ground.browser()
  await by.get(authorizePath({ client_id: web.appId, redirect_uri: answers, ...more }))
  return redirectedTo(await by.send({ username: alice.name, password, action: 'sign-in' })).query.get('code') ?? ''
}

const webForm = (code: string, more: Readonly<Record<string, string | undefined>> = {}) => ({
  ...codeForm(code, ''),
  code_verifier: undefined,
  client_id: web.appId,
  client_secret: web.secretText,
  redirect_uri: answers,
  ...more,
})

describe('a web application', () => {
  test('redeems a code with its secret, without PKCE where it began without', async () => {
    const tokens = await ground.post(v2, webForm(await codeFor(none)))
    assert.equal(tokens.status, 200, tokens.text)
    const access = claimsIn(tokens.json['access_token'])
    assert.deepEqual([access['appid'], access['appidacr'], access['oid']], [web.appId, '1', alice.id])
    assert.equal(tokens.json['foci'], undefined)
    const secret = { client_id: web.appId, client_secret: web.secretText }
    const refreshToken = textIn(tokens.json['refresh_token'])
    assert.deepEqual(said(await ground.post(v2, { ...refreshForm(refreshToken), client_id: web.appId })), [401, 'invalid_client', 7000218])
    assert.equal((await ground.post(v2, { ...refreshForm(refreshToken), ...secret })).status, 200)
  })

  test('without its secret, or with another, gets nothing', async () => {
    const code = await codeFor(none)
    assert.deepEqual(said(await ground.post(v2, webForm(code, { client_secret: undefined }))), [401, 'invalid_client', 7000218])
    assert.deepEqual(said(await ground.post(v2, webForm(code, { client_secret: 'wrong' }))), [401, 'invalid_client', 7000215])
    assert.equal((await ground.post(v2, webForm(code))).status, 200)
  })

  test('cannot be talked out of PKCE: neither side alone is enough (RFC 9700 4.8.2)', async () => {
    const verifier = newVerifier()
    const bound = await codeFor({ code_challenge: challengeOf(verifier) })
    assert.deepEqual(said(await ground.post(v2, webForm(bound))), [400, 'invalid_grant', 501481])
    assert.equal((await ground.post(v2, webForm(bound, { code_verifier: verifier }))).status, 200)
    const unbound = await codeFor(none)
    assert.deepEqual(said(await ground.post(v2, webForm(unbound, { code_verifier: verifier }))), [400, 'invalid_grant', 501481])
  })

  test('is not who another client’s code is for (mix-up, code injection)', async () => {
    const { code, verifier } = await ground.code(alice)
    const injected = await ground.post(v2, webForm(code, { code_verifier: verifier, redirect_uri: 'http://localhost:8400' }))
    assert.deepEqual(said(injected), [400, 'invalid_grant', 70000])
    assert.equal((await ground.post(v2, codeForm(code, verifier))).status, 200)
  })

  test('has its own address and no loopback', async () => {
    for (const redirect of [
      `${answers}/`,
      `${answers}?x=1`,
      'https://app.example',
      'http://localhost:8400',
      'https://APP.example/signed-in',
    ])
      assert.match((await ground.browser().get(authorizePath({ client_id: web.appId, redirect_uri: redirect }))).text, /AADSTS50011/)
  })
})

describe('a program with a scheme of its own', () => {
  test('proves nothing, so it needs PKCE, and refreshes without a secret', async () => {
    const at = { client_id: native.appId, redirect_uri: program }
    assert.match((await ground.browser().get(authorizePath({ ...at, ...none }))).text, /AADSTS900144/)
    const by = ground.browser()
    const verifier = newVerifier()
    const page = await by.get(authorizePath({ ...at, code_challenge: challengeOf(verifier) }))
    assert.match(page.headers['content-security-policy'] ?? '', /form-action 'self' myprogram:;/)
    const { base, query } = redirectedTo(await by.send({ username: alice.name, password, action: 'sign-in' }))
    assert.equal(base, program)
    const tokens = await ground.post(v2, { ...codeForm(query.get('code') ?? '', verifier), ...at })
    assert.equal(tokens.status, 200, tokens.text)
    const again = await ground.post(v2, { ...refreshForm(textIn(tokens.json['refresh_token'])), client_id: native.appId })
    assert.equal(again.status, 200, again.text)
  })
})

describe('another tenant', () => {
  const other = '99999999-2222-4333-8444-555555555555'
  before(async () =>
    ground.ground.run(system, async call =>
      createTenant(context, call, { tenantId: other, displayName: 'Fabrikam', domains: ['fabrikam.example'] }),
    ),
  )

  test('takes no code and no refresh token of this one, and has none of its users', async () => {
    const path = `/${other}/oauth2/v2.0/token`
    const { code, verifier } = await ground.code(alice)
    assert.deepEqual(said(await ground.post(path, codeForm(code, verifier))), [400, 'invalid_grant', 700005])
    const tokens = await ground.post(v2, codeForm(code, verifier))
    assert.deepEqual(said(await ground.post(path, refreshForm(textIn(tokens.json['refresh_token'])))), [400, 'invalid_grant', 700005])
    const by = ground.browser()
    await by.get(authorizePath().replace(tenantId, other))
    assert.match((await by.send({ username: alice.name, password, action: 'sign-in' })).text, /AADSTS50126/)
  })

  test('is no choice of the client’s at common: the user’s name says which', async () => {
    const by = ground.browser()
    await by.get(authorizePath().replace(tenantId, 'common'))
    const { query } = redirectedTo(await by.send({ username: alice.name, password, action: 'sign-in' }))
    assert.equal(query.get('iss'), `${login}/${tenantId}/v2.0`)
    assert.match(
      (await by.get(authorizePath().replace(tenantId, other))).text,
      /name="password"/,
      'whose session is of another tenant signs in anew',
    )
  })
})

describe('the password grant', () => {
  const form = (more: Readonly<Record<string, string>> = {}) => ({
    grant_type: 'password',
    client_id: az,
    username: alice.name,
    password,
    scope: `${vaultResource}/.default offline_access`,
    ...more,
  })
  const turn = async (passwordGrant: boolean) =>
    ground.ground.run(operator, async call => {
      const tenant = await context.tenants.get(call, compartmentOfGuid(tenantId), [tenantId])
      assert(tenant)
      context.tenants.update(call, tenant, { ...tenant.value, passwordGrant })
    })

  test('is off: the right password and a wrong one are told the same', async () => {
    for (const shown of [password, 'wrong'])
      assert.deepEqual(said(await ground.post(v2, form({ password: shown }))), [400, 'unsupported_grant_type', 70003])
  })

  test('is on where the tenant says so, and tells nobody who there is', async () => {
    await turn(true)
    const tokens = await ground.post(v2, form())
    assert.equal(tokens.status, 200, tokens.text)
    assert.equal(claimsIn(tokens.json['access_token'])['oid'], alice.id)
    const wrong = await ground.post(v2, form({ password: 'wrong' }))
    const nobody = await ground.post(v2, form({ username: `nobody@${domain}` }))
    const bare = (text: string) => text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '')
    assert.deepEqual([said(wrong), bare(wrong.text)], [said(nobody), bare(nobody.text)])
    assert.deepEqual(said(wrong), [400, 'invalid_grant', 50126])
    const given = await ground.person('given', { mustChange: true })
    assert.deepEqual(said(await ground.post(v2, form({ username: given.name }))), [400, 'invalid_grant', 50055])
    await turn(false)
  })

  test('counts wrong passwords of a person, however well the client proves itself', async () => {
    const throttled = await peopleGround({ throttle: true })
    const who = await throttled.person('guessed')
    const client = await throttled.ground.add('a client that guesses')
    await throttled.ground.run(operator, async call => {
      const tenant = await throttled.ground.context.tenants.get(call, compartmentOfGuid(tenantId), [tenantId])
      assert(tenant)
      throttled.ground.context.tenants.update(call, tenant, { ...tenant.value, passwordGrant: true })
    })
    const guess = { ...form({ username: who.name, client_id: client.appId }), client_secret: client.secretText }
    // What was tried before: nobody waits for Argon2 eleven times.
    const { delays } = throttled.ground.context.identity
    for (let turn = 0; turn < 9; turn += 1) delays.begin('', `user ${who.name}`, throttled.ground.clock.now())
    assert.deepEqual(said(await throttled.post(v2, { ...guess, password: 'wrong' })), [400, 'invalid_grant', 50126])
    assert.deepEqual(said(await throttled.post(v2, guess))[2], 50053)
  })

  test('user realms are told by their domain, never by their users', async () => {
    const realm = async (name: string) =>
      (await ground.get(`/common/userrealm/${encodeURIComponent(name)}?api-version=1.0`)).json['account_type']
    assert.deepEqual(
      [await realm(alice.name), await realm(`nobody@${domain}`), await realm('x@nowhere.example')],
      ['Managed', 'Managed', 'Unknown'],
    )
  })

  test('an application’s own grant is as it was', async () => {
    assert.equal((await ground.post(v2, formOf(web))).status, 200)
  })
})

describe('logging out', () => {
  const signedIn = async () => {
    const by = ground.browser()
    const { code, verifier } = await ground.code(alice, {}, by)
    const { json } = await ground.post(v2, codeForm(code, verifier))
    return { by, hint: textIn(json['id_token']) }
  }
  const path = (more: Readonly<Record<string, string>>) => `/${tenantId}/oauth2/v2.0/logout?${new URLSearchParams(more).toString()}`

  test('is at once for the client whose id token it is, and leads to an address of that client’s alone', async () => {
    const { by, hint } = await signedIn()
    const done = redirectedTo(await by.get(path({ id_token_hint: hint, post_logout_redirect_uri: 'http://localhost:5000', state: 's&t' })))
    assert.deepEqual([done.base, done.query.get('state')], ['http://localhost:5000', 's&t'])
    assert.match((await by.get(authorizePath())).text, /name="password"/)
    const { by: other, hint: second } = await signedIn()
    const stays = await other.get(path({ id_token_hint: second, post_logout_redirect_uri: 'https://evil.example/' }))
    assert.deepEqual([stays.status, stays.headers['location']], [200, undefined])
    assert.match(stays.text, /You are signed out/)
  })

  test('is asked for where nobody shows whose session it is: no page elsewhere signs a user out', async () => {
    const { by } = await signedIn()
    const mallory = await ground.person(`mallory-${crypto.randomUUID().slice(0, 8)}`)
    const hints = {
      none: {},
      forged: { id_token_hint: 'a.b.c' },
      foreign: { id_token_hint: textIn((await ground.tokens(mallory)).json['id_token']) },
    }
    for (const more of Object.values(hints)) assert.match((await by.get(path(more))).text, /Sign out\?/)
    assert(redirectedTo(await by.get(authorizePath())).query.has('code'), 'still signed in')
    await by.get(path({}))
    assert.match((await by.send({}, { origin: 'https://evil.example' })).text, /AADSTS165000/)
    await by.get(path({}))
    assert.match((await by.send({})).text, /You are signed out/)
    assert.match((await by.get(authorizePath())).text, /name="password"/)
  })
})
