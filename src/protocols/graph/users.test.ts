import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isPassword } from '#domain/identity/passwords.ts'
import { tenantId } from '#domain/identity/testing.ts'
import { system } from '#model/principal.ts'
import { listIn, objectIn, textIn } from '#protocols/http/testing.ts'
import { codeOf, graphGround, type Asking } from './testing.ts'

const domain = 'contoso.keystead.test'
const { ground, asked: askedAt, filtered: filteredOf } = await graphGround()
const asked: Asking = async (method, path, body) => askedAt(method, `/v1.0/${path}`, body)
const messageOf = (json: Readonly<Record<string, unknown>>) => textIn(objectIn(json['error'])['message'])
const filtered = async (filter: string) => listIn((await filteredOf('users', filter)).json['value'])

const password = 'Correct-Horse-7'
const wanted = (name: string, more: object = {}) => ({
  accountEnabled: true,
  displayName: name,
  mailNickname: name,
  userPrincipalName: `${name}@${domain}`,
  passwordProfile: { password, forceChangePasswordNextSignIn: false },
  ...more,
})
const made = async (name: string, more: object = {}) => {
  const answered = await asked('POST', 'users', wanted(name, more))
  assert.equal(answered.status, 201, answered.text)
  return textIn(answered.json['id'])
}
const isTheirs = async (id: string, text: string) =>
  ground.run(system, async call =>
    isPassword(ground.context, call, { user: ground.context.identity.index.user(tenantId, id)?.value, text }),
  )
const epochOf = (id: string) => ground.context.identity.index.user(tenantId, id)?.value.signInEpoch

describe('a user', () => {
  test('is made, found by id and by name in any case, changed and deleted', async () => {
    const id = await made('alice', { givenName: 'Alice', mail: 'alice@example.com' })
    for (const path of [`users/${id}`, `users/alice@${domain}`, `users/ALICE%40${domain}`, `users('alice@${domain}')`]) {
      const found = await asked('GET', path)
      assert.deepEqual([found.status, found.json['id'], found.json['givenName']], [200, id, 'Alice'], path)
    }
    for (const filter of [
      `userPrincipalName eq 'Alice@${domain}'`,
      "startswith(displayName,'ALI')",
      "mailNickname eq 'alice' and accountEnabled eq true",
      "mail eq 'alice@example.com'",
    ])
      assert.deepEqual(
        (await filtered(filter)).map(user => user['id']),
        [id],
        filter,
      )
    assert.equal(
      (await asked('PATCH', `users/${id}`, { displayName: 'Renamed', mail: null, userPrincipalName: `a.lice@${domain}` })).status,
      204,
    )
    const { json } = await asked('GET', `users/a.lice@${domain}`)
    assert.deepEqual([json['displayName'], json['mail'], json['givenName']], ['Renamed', null, 'Alice'])
    assert.equal((await asked('GET', `users/alice@${domain}`)).status, 404)
    assert.equal((await asked('DELETE', `users('a.lice@${domain}')`)).status, 204)
    const gone = await asked('GET', `users/${id}`)
    assert.deepEqual([gone.status, codeOf(gone.json)], [404, 'Request_ResourceNotFound'])
  })

  test('is one of getByIds, as a user', async () => {
    const id = await made('listed')
    const { json } = await asked('POST', 'directoryObjects/getByIds', { ids: [id], types: ['user'] })
    assert.deepEqual(
      listIn(json['value']).map(one => [one['@odata.type'], one['id']]),
      [['#microsoft.graph.user', id]],
    )
  })

  test('has a name of its own, in a domain of the tenant’s', async () => {
    await made('taken')
    for (const [name, sentence] of [
      [`TAKEN@${domain}`, /already exists/],
      ['someone@elsewhere.example', /domain portion/],
      ['no-domain', /domain portion/],
      [`a@b@${domain}`, /Property userPrincipalName is invalid/],
    ] as const) {
      const refused = await asked('POST', 'users', wanted('x', { userPrincipalName: name }))
      assert.deepEqual([refused.status, codeOf(refused.json)], [400, 'Request_BadRequest'], name)
      assert.match(messageOf(refused.json), sentence)
    }
    const other = await made('other')
    assert.equal((await asked('PATCH', `users/${other}`, { userPrincipalName: `taken@${domain}` })).status, 400)
    assert.equal((await asked('PATCH', `users/${other}`, { userPrincipalName: `Other@${domain}` })).status, 204)
  })

  test('of two that are made at once with one name, one is', async () => {
    const statuses = await Promise.all([1, 2, 3].map(async () => (await asked('POST', 'users', wanted('race'))).status))
    assert.deepEqual(
      statuses.toSorted((one, other) => one - other),
      [201, 400, 400],
    )
    assert.equal((await filtered(`userPrincipalName eq 'race@${domain}'`)).length, 1)
  })
})

describe('a password', () => {
  test('is Argon2id of RFC 9106’s second option, sealed apart, and in no answer, record or entry', async () => {
    const id = await made('secretive')
    const kept = ground.context.identity.index.user(tenantId, id)?.value
    assert.deepEqual([kept?.password?.memoryKib, kept?.password?.passes, kept?.password?.lanes], [65_536, 3, 4])
    assert.equal((await asked('GET', `users/${id}`)).json['passwordProfile'], undefined)
    for (const text of [JSON.stringify(kept), JSON.stringify(ground.rows())]) assert(!text.includes(password))
    assert.equal(await isTheirs(id, password), true)
    assert.equal(await isTheirs(id, `${password}x`), false)
  })

  test('is three kinds of characters, eight at least, and not the name', async () => {
    for (const weak of ['Sh0rt-1', 'alllowercase', 'lower and 7', 'Weakling-1', 'Aa1-'.repeat(65)]) {
      const refused = await asked('POST', 'users', wanted('weakling', { passwordProfile: { password: weak } }))
      assert.equal(refused.status, weak === 'lower and 7' ? 201 : 400, weak)
      if (refused.status === 201) await asked('DELETE', `users/weakling@${domain}`)
      else assert(!refused.text.includes(weak))
    }
    assert.equal((await asked('POST', 'users', wanted('without', { passwordProfile: {} }))).status, 400)
  })

  test('is replaced, and with it everything that was signed in', async () => {
    const id = await made('changing')
    const before = epochOf(id)
    assert.equal(
      (await asked('PATCH', `users/${id}`, { passwordProfile: { password: 'Another-Horse-8', forceChangePasswordNextSignIn: true } }))
        .status,
      204,
    )
    assert.deepEqual([await isTheirs(id, password), await isTheirs(id, 'Another-Horse-8')], [false, true])
    assert.notEqual(epochOf(id), before)
    assert.equal(ground.context.identity.index.user(tenantId, id)?.value.password?.mustChange, true)
  })
})

describe('signing out everywhere', () => {
  test('is what revokeSignInSessions and being disabled do; another name is no reason', async () => {
    const id = await made('everywhere')
    const first = epochOf(id)
    const revoked = await asked('POST', `users/${id}/revokeSignInSessions`)
    assert.deepEqual([revoked.status, revoked.json['value']], [200, true])
    assert.notEqual(epochOf(id), first)
    const second = epochOf(id)
    await asked('PATCH', `users/${id}`, { displayName: 'Someone' })
    assert.equal(epochOf(id), second)
    await asked('PATCH', `users/${id}`, { accountEnabled: false })
    assert.notEqual(epochOf(id), second)
  })
})

describe('/me', () => {
  test('is nobody for an application', async () => {
    const refused = await asked('GET', 'me')
    assert.deepEqual([refused.status, codeOf(refused.json)], [403, 'Authorization_RequestDenied'])
  })
})
