import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { tenantId } from '#domain/identity/testing.ts'
import { createPipeline } from '#protocols/http/pipeline.ts'
import { textIn, type Answered } from '#protocols/http/testing.ts'
import { browser } from './browser.ts'
import { devicePagesProtocol } from './index.ts'
import { authorizePath, az, claimsIn, domain, password, peopleGround, refreshForm, said, type PeopleGround, type Person } from './people.ts'
import { login, v2, vaultResource } from './testing.ts'

const ground = await peopleGround()
const alice = await ground.person('alice')
const asked = { client_id: az, scope: `${vaultResource}/.default offline_access openid` }
const grant = 'urn:ietf:params:oauth:grant-type:device_code'

interface Started {
  readonly deviceCode: string
  readonly userCode: string
}

async function start(at = tenantId, by: PeopleGround = ground): Promise<Started> {
  const { status, json, text } = await by.post(`/${at}/oauth2/v2.0/devicecode`, asked)
  assert.equal(status, 200, text)
  return { deviceCode: textIn(json['device_code']), userCode: textIn(json['user_code']) }
}

const poll = async ({ deviceCode }: Started, more: Readonly<Record<string, string | undefined>> = {}, path = v2): Promise<Answered> =>
  ground.post(path, { grant_type: grant, client_id: az, device_code: deviceCode, code: deviceCode, client_info: '1', ...more })

/** Types the code, signs in, and answers the question. */
async function answer({ userCode }: Started, who: Person, action: 'continue' | 'decline'): Promise<Answered> {
  const by = ground.browser()
  await by.get('/devicelogin')
  await by.send({ user_code: userCode })
  const question = await by.send({ username: who.name, password, action: 'sign-in' })
  assert.match(question.text, /Sign in on your device\?[\s\S]*Microsoft Azure CLI[\s\S]*It asked from/)
  return by.send({ action })
}

describe('a device code', () => {
  test('is a code to type, a place to go and a code to poll with, none of which leads to another', async () => {
    const { json } = await ground.post(`/${tenantId}/oauth2/v2.0/devicecode`, asked)
    assert.match(textIn(json['user_code']), /^[BCDFGHJKLMNPQRSTVWXZ]{9}$/)
    assert.match(textIn(json['device_code']), /^[A-Za-z0-9_-]{64}$/)
    assert.deepEqual([json['verification_uri'], json['expires_in'], json['interval']], [`${login}/devicelogin`, 900, 5])
    assert(textIn(json['message']).includes(textIn(json['user_code'])))
    const v1 = await ground.post(`/${tenantId}/oauth2/devicecode`, { client_id: az, resource: vaultResource })
    assert.deepEqual([v1.json['expires_in'], v1.json['verification_url']], ['900', `${login}/devicelogin`])
    const starts = await Promise.all(Array.from({ length: 12 }, async () => start()))
    assert.equal(new Set(starts.flatMap(one => [one.deviceCode, one.userCode])).size, 24)
  })

  test('waits until somebody signs in; its tokens are for what it asked for, without a scope in the second request', async () => {
    const device = await start()
    assert.deepEqual(said(await poll(device)), [400, 'authorization_pending', 70016])
    assert.match((await answer(device, alice, 'continue')).text, /You are signed in/)
    const tokens = await poll(device)
    assert.equal(tokens.status, 200, tokens.text)
    const access = claimsIn(tokens.json['access_token'])
    assert.deepEqual([access['aud'], access['oid'], access['idtyp']], [vaultResource, alice.id, 'user'])
    assert.equal(tokens.json['scope'], `${vaultResource}/user_impersonation ${vaultResource}/.default`)
    assert.equal((await ground.post(v2, refreshForm(textIn(tokens.json['refresh_token'])))).status, 200)
  })

  test('that was redeemed takes back what it gave', async () => {
    const device = await start()
    await answer(device, alice, 'continue')
    const tokens = await poll(device)
    assert.deepEqual(said(await poll(device)), [400, 'bad_verification_code', 70018])
    assert.deepEqual(said(await ground.post(v2, refreshForm(textIn(tokens.json['refresh_token'])))), [400, 'invalid_grant', 50173])
  })

  test('of a path without a tenant is for whichever tenant the user is of; at v1 and adfs too', async () => {
    for (const [at, path] of [
      ['organizations', '/organizations/oauth2/v2.0/token'],
      ['common', '/common/oauth2/token'],
      ['adfs', '/adfs/oauth2/token'],
    ] as const) {
      const device = await start(at)
      await answer(device, alice, 'continue')
      const tokens = await poll(device, {}, path)
      assert.equal(tokens.status, 200, tokens.text)
      assert.equal(claimsIn(tokens.json['access_token'])['tid'], tenantId)
    }
  })

  test('asked about too often is told to slow down, and waits longer from then on', async () => {
    const device = await start()
    const { clock } = ground.ground
    assert.equal((await poll(device)).json['error'], 'authorization_pending')
    clock.advance(2_000)
    assert.equal((await poll(device)).json['error'], 'slow_down')
    clock.advance(5_000)
    assert.equal((await poll(device)).json['error'], 'slow_down')
    clock.advance(15_000)
    assert.equal((await poll(device)).json['error'], 'authorization_pending')
  })

  test('ends after fifteen minutes, for the device and for who types it', async () => {
    const device = await start()
    ground.ground.clock.advance(900_000)
    assert.deepEqual(said(await poll(device)), [400, 'expired_token', 70019])
    const by = ground.browser()
    await by.get('/devicelogin')
    assert.match((await by.send({ user_code: device.userCode })).text, /AADSTS70018|wrong or has expired/)
  })

  test('declined is over', async () => {
    const device = await start()
    assert.match((await answer(device, alice, 'decline')).text, /Refused/)
    assert.equal((await poll(device)).json['error'], 'authorization_declined')
    const by = ground.browser()
    await by.get('/devicelogin')
    assert.equal((await by.send({ user_code: device.userCode })).status, 400)
  })

  test('is typed in any case, with spaces and hyphens; a link fills it in and sends nothing', async () => {
    const device = await start()
    const by = ground.browser()
    const shown = await by.get(`/devicelogin?user_code=${device.userCode}`)
    assert(shown.text.includes(device.userCode) && shown.text.includes('Enter code'))
    const spelt = `${device.userCode.slice(0, 3)}-${device.userCode.slice(3, 6)} ${device.userCode.slice(6)}`.toLowerCase()
    assert.match((await by.send({ user_code: spelt })).text, /name="password"/)
    assert.equal((await poll(device)).json['error'], 'authorization_pending')
  })

  test('is not approved by who is signed in without being asked', async () => {
    const device = await start()
    const by = ground.browser()
    await ground.code(alice, {}, by)
    await by.get('/devicelogin')
    assert.match((await by.send({ user_code: device.userCode })).text, /Sign in on your device\?/)
    assert.equal((await poll(device)).json['error'], 'authorization_pending')
    await by.send({ action: 'continue' }, { origin: 'https://evil.example' })
    assert.equal((await poll(device)).json['error'], 'slow_down')
    assert.match((await by.send({ action: 'other' })).text, /name="password"/)
  })

  test('is nobody else’s: another client, another grant, a code that is none', async () => {
    const device = await start()
    await answer(device, alice, 'continue')
    const app = await ground.ground.add('another client')
    for (const more of [
      { client_id: app.appId, client_secret: app.secretText },
      { device_code: device.userCode },
      { device_code: 'x'.repeat(64) },
    ])
      assert.deepEqual(said(await poll(device, more)), [400, 'bad_verification_code', 70018])
    assert.equal((await poll(device)).status, 200)
  })

  test('is worth nothing when its user was signed out everywhere in between', async () => {
    const device = await start()
    await answer(device, alice, 'continue')
    await ground.signOutEverywhere(alice)
    assert.deepEqual(said(await poll(device)), [400, 'invalid_grant', 50173])
  })

  test('is not started for nothing, an unknown client or an unknown resource', async () => {
    const path = `/${tenantId}/oauth2/v2.0/devicecode`
    for (const [form, code] of [
      [{ scope: asked.scope }, 900144],
      [{ client_id: az }, 900144],
      [{ ...asked, client_id: crypto.randomUUID() }, 700016],
      [{ ...asked, scope: 'https://nowhere.example/.default' }, 500011],
    ] as const)
      assert.equal(said(await ground.post(path, form))[2], code)
  })
})

describe('a browser that knows no name of ours', () => {
  test('types the code at localhost, and finds nothing else there', async () => {
    const pages = createPipeline(ground.ground.context, devicePagesProtocol('keystead.test'))
    assert(pages.serves('localhost') && !pages.serves('login.keystead.test'))
    const device = await start()
    const by = browser(pages, 'https://localhost:8443')
    await by.get('/devicelogin')
    await by.send({ user_code: device.userCode })
    await by.send({ username: alice.name, password })
    await by.send({ action: 'continue' }, { origin: login })
    assert.equal((await poll(device)).json['error'], 'authorization_pending', 'another origin is another page')
    assert.match((await by.send({ action: 'continue' })).text, /You are signed in/)
    assert.equal((await poll(device)).json['error'], undefined)
    for (const path of [`/${tenantId}/oauth2/v2.0/authorize`, '/', `/${tenantId}/discovery/keys`])
      assert.equal((await by.get(path)).status, 404)
  })
})

describe('guessing', () => {
  test('codes meets a wall that grows, for the guesser alone', async () => {
    const throttled = await peopleGround({ throttle: true })
    const device = await start(tenantId, throttled)
    const by = throttled.browser()
    const tries: string[] = []
    for (let turn = 0; turn < 12; turn += 1) {
      await by.get('/devicelogin')
      tries.push((await by.send({ user_code: 'BBBBBBBBB' })).text.includes('Too many codes') ? 'wait' : 'wrong')
    }
    assert.deepEqual([tries.indexOf('wait') > 5, tries.at(-1)], [true, 'wait'])
    await by.get('/devicelogin')
    assert.match((await by.send({ user_code: device.userCode })).text, /Too many codes/)
    throttled.ground.clock.advance(300_000)
    await by.get('/devicelogin')
    assert.match((await by.send({ user_code: device.userCode })).text, /name="password"/)
  })

  test('passwords of one user meets a wall, and the right one then too', async () => {
    const throttled = await peopleGround({ throttle: true })
    const who = await throttled.person('guessed')
    const by = throttled.browser()
    const tried = async (text: string) => {
      await by.get(authorizePath())
      return by.send({ username: who.name, password: text, action: 'sign-in' })
    }
    for (let turn = 0; turn < 11; turn += 1) await tried(`guess-${turn}`)
    assert.match((await tried(password)).text, /AADSTS50053/)
    throttled.ground.clock.advance(600_000)
    assert.equal((await tried(password)).status, 303)
  })

  test('one password of many users meets a wall that signing in between does not lower', async () => {
    const throttled = await peopleGround({ throttle: true })
    const own = await throttled.person('own')
    const tried = async (name: string, text: string) => {
      const by = throttled.browser()
      await by.get(authorizePath())
      return by.send({ username: name, password: text, action: 'sign-in' })
    }
    // What the network has tried before: nobody waits for Argon2 fifty times.
    const { sprays } = throttled.ground.context.identity
    for (let turn = 0; turn < 48; turn += 1) sprays.begin('', 'everybody', throttled.ground.clock.now())
    assert.match((await tried(`one@${domain}`, 'Summer-2026')).text, /AADSTS50126/)
    assert.equal((await tried(own.name, password)).status, 303, 'signs in all the same')
    assert.match((await tried(`two@${domain}`, 'Summer-2026')).text, /AADSTS50126/)
    assert.match((await tried(`three@${domain}`, 'Summer-2026')).text, /AADSTS50053/)
    assert.match((await tried(`four@${domain}`, 'Summer-2026')).text, /AADSTS50053/)
  })
})
