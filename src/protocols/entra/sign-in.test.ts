import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { tenantId } from '#domain/identity/testing.ts'
import { textIn } from '#protocols/http/testing.ts'
import { challengeOf, newVerifier, redirectedTo } from './browser.ts'
import { authorizePath, az, claimsIn, codeForm, loopback, password, peopleGround, said } from './people.ts'
import { login, v2, vaultResource } from './testing.ts'

const ground = await peopleGround()
const alice = await ground.person('alice')
const writes = () => ground.ground.rows().filter(row => row['writes'] !== undefined).length

describe('the sign-in page', () => {
  test('is a page that no other page can frame, with no script, style or image but its own', async () => {
    const page = await ground.browser().get(authorizePath())
    assert.equal(page.status, 200)
    const policy = page.headers['content-security-policy'] ?? ''
    assert.match(policy, /default-src 'none'.*script-src 'none'.*frame-ancestors 'none'.*base-uri 'none'/)
    assert.match(policy, /form-action 'self' http:\/\/localhost:8400/)
    assert(!policy.includes('unsafe') && !/<script|style=|onclick/.test(page.text))
    assert.match(page.headers['cache-control'] ?? '', /no-store/)
    assert(!Object.keys(page.headers).some(name => name.startsWith('access-control-')))
    for (const field of ['username', 'password']) assert.match(page.text, new RegExp(`<label for="${field}">`))
    for (const asset of ['page.css', 'icon.svg', 'form-post.js']) assert.equal((await ground.get(`/assets/${asset}`)).status, 200)
    assert.equal((await ground.get('/assets/constructor')).status, 404)
  })

  test('shows what the client sends as text, whatever it is', async () => {
    const page = await ground.browser().get(authorizePath({ login_hint: '"><script>alert(1)</script>', state: '"><b>' }))
    assert(!page.text.includes('<script>') && !page.text.includes('"><b>'))
    assert(page.text.includes('&quot;&gt;&lt;script&gt;'))
  })

  test('signs in: a code goes to the client’s address, with its state and the issuer (RFC 9207)', async () => {
    const by = ground.browser()
    await by.get(authorizePath())
    const { base, query } = redirectedTo(await by.send({ username: ` ${alice.name.toUpperCase()} `, password, action: 'sign-in' }))
    assert.equal(base, loopback)
    assert.deepEqual([query.get('state'), query.get('iss')], ['a state & more', `${login}/${tenantId}/v2.0`])
    assert.match(query.get('code') ?? '', /^[A-Za-z0-9_-]{92}$/)
  })

  test('says the same of a wrong password and of nobody, announces it, and remembers the name', async () => {
    const before = writes()
    for (const username of [alice.name, 'nobody@contoso.keystead.test', 'nobody@elsewhere.example', '<b>']) {
      const by = ground.browser()
      await by.get(authorizePath())
      const again = await by.send({ username, password: 'wrong', action: 'sign-in' })
      assert.equal(again.status, 400)
      assert.match(again.text, /role="alert" id="error">The account or the password is wrong\. \(AADSTS50126\)/)
      assert.match(again.text, /aria-invalid="true" aria-describedby="error"/)
      assert(!again.text.includes('wrong"') && !again.text.includes('<b>'))
    }
    assert.equal(writes(), before)
    assert(!JSON.stringify(ground.ground.rows()).includes(password))
  })

  test('works as long for nobody as for somebody', async () => {
    const took = async (username: string) => {
      const by = ground.browser()
      await by.get(authorizePath())
      const began = performance.now()
      await by.send({ username, password: 'wrong', action: 'sign-in' })
      return performance.now() - began
    }
    const [somebody, nobody, nowhere] = [
      await took(alice.name),
      await took('nobody@contoso.keystead.test'),
      await took('x@nowhere.example'),
    ]
    // Far apart only where one of them stretches nothing: some milliseconds against some hundred.
    for (const other of [nobody, nowhere]) assert(other > somebody / 5 && somebody > other / 5, `${somebody} ${nobody} ${nowhere}`)
  })

  test('takes the form without its button, as scripts send it', async () => {
    const by = ground.browser()
    await by.get(authorizePath())
    assert(redirectedTo(await by.send({ username: alice.name, password })).query.has('code'))
  })

  test('tells who is disabled by the right password alone', async () => {
    const carol = await ground.person('carol')
    await ground.change(carol, { enabled: false })
    const by = ground.browser()
    await by.get(authorizePath())
    assert.match((await by.send({ username: carol.name, password: 'wrong', action: 'sign-in' })).text, /AADSTS50126/)
    assert.match((await by.send({ username: carol.name, password, action: 'sign-in' })).text, /AADSTS50057/)
  })

  test('takes no form of another page: without its cookie, its mark, or from elsewhere', async () => {
    const before = writes()
    const by = ground.browser()
    await by.get(authorizePath())
    const fields = { username: alice.name, password, action: 'sign-in' }
    for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }, { cookie: '' }])
      assert.match((await by.send(fields, headers)).text, /AADSTS165000/, JSON.stringify(headers))
    assert.match((await by.send({ ...fields, form_token: '0'.repeat(64) })).text, /AADSTS165000/)
    const other = ground.browser()
    await other.get(authorizePath())
    assert.match((await by.send(fields, { cookie: [...other.cookies].map(pair => pair.join('=')).join('; ') })).text, /AADSTS165000/)
    assert.equal(writes(), before)
  })

  test('cancelled: the client is told, and nobody else', async () => {
    const by = ground.browser()
    await by.get(authorizePath())
    const { base, query } = redirectedTo(await by.send({ action: 'cancel' }))
    assert.deepEqual([base, query.get('error'), query.get('state')], [loopback, 'access_denied', 'a state & more'])
  })

  test('makes whoever was given a password choose another', async () => {
    const dora = await ground.person('dora', { mustChange: true })
    const by = ground.browser()
    await by.get(authorizePath())
    assert.match((await by.send({ username: dora.name, password, action: 'sign-in' })).text, /Choose a password/)
    const changing = { username: dora.name, password, action: 'sign-in' }
    for (const [wanted, again, sentence] of [
      ['short', 'short', /complexity/],
      ['New-Horse-8', 'Other-Horse-8', /not the same/],
      [password, password, /one that you have/],
    ] as const)
      assert.match((await by.send({ ...changing, new_password: wanted, again })).text, sentence)
    const done = await by.send({ ...changing, new_password: 'New-Horse-8', again: 'New-Horse-8' })
    assert(redirectedTo(done).query.has('code'))
    const after = ground.browser()
    await after.get(authorizePath())
    assert.equal((await after.send({ username: dora.name, password, action: 'sign-in' })).status, 400)
  })
})

describe('who is signed in already', () => {
  const signedIn = async () => {
    const by = ground.browser()
    await ground.code(alice, {}, by)
    return by
  }

  test('is not asked again, unless the client wants it', async () => {
    const by = await signedIn()
    assert(redirectedTo(await by.get(authorizePath())).query.has('code'))
    assert(redirectedTo(await by.get(authorizePath({ prompt: 'none' }))).query.has('code'))
    for (const more of [{ prompt: 'login' }, { login_hint: 'bob@contoso.keystead.test' }, { max_age: '0', prompt: 'login' }])
      assert.match((await by.get(authorizePath(more))).text, /name="password"/)
    ground.ground.clock.advance(10_000)
    assert.match((await by.get(authorizePath({ max_age: '5' }))).text, /name="password"/)
    assert(redirectedTo(await by.get(authorizePath({ max_age: '3600' }))).query.has('code'))
  })

  test('picks the account, or another', async () => {
    const by = await signedIn()
    assert.match((await by.get(authorizePath({ prompt: 'select_account' }))).text, /Pick an account[\s\S]*alice@/)
    assert(redirectedTo(await by.send({ action: 'continue' })).query.has('code'))
    await by.get(authorizePath({ prompt: 'select_account' }))
    assert.match((await by.send({ action: 'other' })).text, /name="password"/)
  })

  test('cannot continue where a password is asked for', async () => {
    const by = await signedIn()
    await by.get(authorizePath({ prompt: 'login' }))
    assert.match((await by.send({ action: 'continue' })).text, /name="password"/)
  })

  test('is nobody any more when signed out everywhere, disabled, or eight hours later', async () => {
    const eve = await ground.person('eve')
    for (const end of [
      async () => ground.signOutEverywhere(eve),
      async () => ground.change(eve, { enabled: false }).then(async () => ground.change(eve, { enabled: true })),
      async () => ground.ground.clock.advance(8 * 3_600_000),
    ]) {
      const by = ground.browser()
      await ground.code(eve, {}, by)
      await end()
      assert.match((await by.get(authorizePath())).text, /name="password"/)
      const none = redirectedTo(await by.get(authorizePath({ prompt: 'none' })))
      assert.deepEqual([none.query.get('error'), none.query.has('code')], ['login_required', false])
    }
  })
})

describe('an authorization request', () => {
  for (const redirect of [
    'https://evil.example/',
    'http://localhost.evil.example/',
    'http://localhost@evil.example/',
    '//evil.example',
    'javascript:alert(1)',
    'http://localhost:8400/../../evil',
    'http://localhost:8400/other',
    'http://localhost:99999',
    'https://localhost:8400',
    'http://LOCALHOST:8400',
    'http://localhost:8400#x',
    'http://localhost:8400?x',
  ])
    test(`to ${redirect} leads nowhere`, async () => {
      const refused = await ground.browser().get(authorizePath({ redirect_uri: redirect }))
      assert.equal(refused.status, 400)
      assert.equal(refused.headers['location'], undefined)
      assert.match(refused.text, /AADSTS50011/)
    })

  for (const [what, more, code] of [
    ['without PKCE', { code_challenge: undefined, code_challenge_method: undefined }, 900144],
    ['with a challenge that is its verifier', { code_challenge_method: 'plain' }, 9002313],
    ['with a challenge and no method', { code_challenge_method: undefined }, 9002313],
    ['with a challenge of another length', { code_challenge: 'x'.repeat(42) }, 501491],
    ['for a token in the address', { response_type: 'token' }, 700051],
    ['for a code and an id token', { response_type: 'code id_token' }, 700054],
    ['for what there is not', { response_type: 'everything' }, 70005],
    ['of an unknown client', { client_id: '12121212-3434-4565-8787-909090909090' }, 700016],
    ['without an address', { redirect_uri: undefined }, 900971],
    ['for an unknown resource', { scope: 'https://nowhere.example/.default' }, 500011],
    ['for an unknown scope', { scope: `${vaultResource}/everything` }, 650053],
    ['for two resources at once', { scope: `${vaultResource}/.default https://management.keystead.test/.default` }, 28000],
    ['without a scope', { scope: undefined }, 900144],
    ['by an unknown way', { response_mode: 'smoke' }, 90102],
  ] as const)
    test(`${what} is refused on the page`, async () => {
      const before = writes()
      const refused = await ground.browser().get(authorizePath(more))
      assert.deepEqual([refused.status, refused.headers['location']], [400, undefined])
      assert.match(refused.text, new RegExp(`AADSTS${code}:`))
      assert.equal(writes(), before)
    })

  test('is answered in the fragment, or by a form that the browser sends, where that was asked for', async () => {
    const by = ground.browser()
    await by.get(authorizePath({ response_mode: 'fragment' }))
    const fragment = await by.send({ username: alice.name, password, action: 'sign-in' })
    assert.match(fragment.headers['location'] ?? '', /^http:\/\/localhost:8400#code=/)
    const posted = await by.get(authorizePath({ response_mode: 'form_post' }))
    assert.equal(posted.status, 200)
    assert.match(
      posted.text,
      /<form method="post" action="http:\/\/localhost:8400">[\s\S]*name="code" value="[^"]{92}"[\s\S]*name="state" value="a state &amp; more"/,
    )
    assert.match(posted.headers['content-security-policy'] ?? '', /script-src 'self'/)
  })
})

describe('a code', () => {
  test('gives tokens that name the user, the client and the nonce', async () => {
    const { json } = await ground.tokens(alice)
    assert.deepEqual([json['token_type'], json['expires_in'], json['foci']], ['Bearer', 3_599, '1'])
    assert.equal(json['scope'], `${vaultResource}/user_impersonation ${vaultResource}/.default`)
    assert.deepEqual(JSON.parse(Buffer.from(textIn(json['client_info']), 'base64url').toString()), { uid: alice.id, utid: tenantId })
    const access = claimsIn(json['access_token'])
    assert.deepEqual(
      ['aud', 'iss', 'oid', 'tid', 'appid', 'appidacr', 'idtyp', 'upn', 'scp', 'ver'].map(name => access[name]),
      [vaultResource, `${login}/${tenantId}/`, alice.id, tenantId, az, '0', 'user', alice.name, 'user_impersonation', '1.0'],
    )
    const id = claimsIn(json['id_token'])
    assert.deepEqual(
      ['aud', 'iss', 'oid', 'nonce', 'preferred_username', 'ver'].map(name => id[name]),
      [az, `${login}/${tenantId}/v2.0`, alice.id, 'n-1', alice.name, '2.0'],
    )
    assert.notEqual(access['sub'], id['sub'])
  })

  test('is good once: brought again, it takes back what it gave', async () => {
    const { code, verifier } = await ground.code(alice)
    const first = await ground.post(v2, codeForm(code, verifier))
    assert.equal(first.status, 200)
    const again = await ground.post(v2, codeForm(code, verifier))
    assert.deepEqual(said(again), [400, 'invalid_grant', 54005])
    const refreshed = await ground.post(v2, {
      grant_type: 'refresh_token',
      client_id: az,
      refresh_token: textIn(first.json['refresh_token']),
      scope: `${vaultResource}/.default`,
    })
    assert.deepEqual(said(refreshed), [400, 'invalid_grant', 50173])
  })

  test('of two that bring it at once, one at most is served', async () => {
    const { code, verifier } = await ground.code(alice)
    const answers = await Promise.all([1, 2, 3].map(async () => ground.post(v2, codeForm(code, verifier))))
    assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  })

  for (const [what, more, wanted] of [
    ['with another verifier', { code_verifier: newVerifier() }, ['invalid_grant', 501481]],
    ['with the challenge as its verifier', { code_verifier: challengeOf('v'.repeat(43)) }, ['invalid_grant', 501481]],
    ['without a verifier', { code_verifier: undefined }, ['invalid_grant', 501481]],
    ['from another address', { redirect_uri: 'http://localhost:8401' }, ['invalid_grant', 500112]],
    ['without an address', { redirect_uri: undefined }, ['invalid_request', 900144]],
    ['by another client', { client_id: '12121212-3434-4565-8787-909090909090' }, ['unauthorized_client', 700016]],
    ['with a secret that a public client has not', { client_secret: 'x' }, ['invalid_client', 700025]],
    ['for another resource', { scope: 'https://management.keystead.test/.default' }, ['invalid_scope', 70011]],
  ] as const)
    test(`${what} gives nothing, and is still good for who it was for`, async () => {
      const { code, verifier } = await ground.code(alice)
      const before = writes()
      const refused = await ground.post(v2, { ...codeForm(code, verifier), ...more })
      assert.deepEqual(said(refused).slice(1), wanted)
      assert.equal(writes(), before)
      assert.equal((await ground.post(v2, codeForm(code, verifier))).status, 200)
    })

  test('lives for a minute', async () => {
    const { code, verifier } = await ground.code(alice)
    ground.ground.clock.advance(60_000)
    assert.deepEqual(said(await ground.post(v2, codeForm(code, verifier))), [400, 'invalid_grant', 70008])
  })

  test('that nobody gave out is none, nor is another handle of ours', async () => {
    const { json } = await ground.tokens(alice)
    const { code } = await ground.code(alice)
    const changed = `${code.slice(0, -2)}${code.endsWith('AA') ? 'BA' : 'AA'}`
    for (const made of ['made-up', textIn(json['refresh_token']), changed, 'A'.repeat(92)])
      assert.deepEqual(said(await ground.post(v2, codeForm(made, newVerifier()))), [400, 'invalid_grant', 70000])
  })

  test('is worth nothing after its user was disabled, changed the password or went', async () => {
    const frank = await ground.person('frank')
    const of = async (end: () => Promise<void>) => {
      const { code, verifier } = await ground.code(frank)
      await end()
      return said(await ground.post(v2, codeForm(code, verifier)))
    }
    assert.deepEqual(await of(async () => ground.change(frank, { enabled: false })), [400, 'invalid_grant', 50057])
    await ground.change(frank, { enabled: true })
    assert.deepEqual(await of(async () => ground.signOutEverywhere(frank)), [400, 'invalid_grant', 50173])
    assert.deepEqual(await of(async () => ground.remove(frank)), [400, 'invalid_grant', 50034])
  })
})
