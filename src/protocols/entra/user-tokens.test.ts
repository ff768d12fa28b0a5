import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { audiencesOf } from '#domain/identity/audiences.ts'
import { verifyToken } from '#domain/identity/verify-token.ts'
import { openHandle, sealHandle } from '#domain/sign-in/handles.ts'
import { Problem } from '#model/problem.ts'
import { system } from '#model/principal.ts'
import { textIn, type Answered } from '#protocols/http/testing.ts'
import { az, claimsIn, codeForm, password, peopleGround, refreshForm, said, type Person } from './people.ts'
import { login, v2, vaultResource } from './testing.ts'

const ground = await peopleGround()
const { context } = ground.ground
const alice = await ground.person('alice')
const management = 'https://management.keystead.test'
const writes = () => ground.ground.rows().filter(row => row['writes'] !== undefined).length

const refreshOf = ({ json }: Answered) => textIn(json['refresh_token'])
const accessOf = ({ json }: Answered) => textIn(json['access_token'])
const refresh = async (token: string, more: Readonly<Record<string, string | undefined>> = {}) =>
  ground.post(v2, { ...refreshForm(token), ...more })

/** What a listener of the vault says of the token: who it is, or the code of the refusal. */
const heldBy = async (token: string, resource: 'keyvault' | 'arm' = 'keyvault'): Promise<string> =>
  ground.ground.run(system, async call => {
    try {
      const audiences = audiencesOf(resource, { domain: 'keystead.test', portSuffix: '' })
      const { id, kind, userPrincipalName } = await verifyToken(context, call, { token, audiences, login, resourceName: resource })
      assert.equal(userPrincipalName, context.identity.index.user(ground.ground.tenantId, id)?.value.userPrincipalName)
      return `${kind} ${id}`
    } catch (error) {
      assert(error instanceof Problem)
      return error.body.code
    }
  })

describe('a refresh token', () => {
  test('gives the next one, and access to any resource', async () => {
    const first = await ground.tokens(alice)
    const second = await refresh(refreshOf(first), { scope: `${management}/.default offline_access` })
    assert.equal(second.status, 200, second.text)
    assert.notEqual(refreshOf(second), refreshOf(first))
    assert.equal(claimsIn(second.json['access_token'])['aud'], management)
    assert.equal(await heldBy(accessOf(second), 'arm'), `user ${alice.id}`)
    assert.equal(await heldBy(accessOf(second)), 'TokenAudienceInvalid')
    assert.equal((await refresh(refreshOf(second))).status, 200)
  })

  test('that was used is a theft: the whole family ends, and stays ended', async () => {
    const first = await ground.tokens(alice)
    const second = await refresh(refreshOf(first))
    assert.equal(await heldBy(accessOf(second)), `user ${alice.id}`)
    const before = writes()
    assert.deepEqual(said(await refresh(refreshOf(first))), [400, 'invalid_grant', 50173])
    assert.equal(writes(), before + 1, 'the refusal has left something behind')
    for (const token of [refreshOf(second), refreshOf(first)]) assert.deepEqual(said(await refresh(token)), [400, 'invalid_grant', 50173])
    for (const answer of [first, second]) assert.equal(await heldBy(accessOf(answer)), 'TokenRevoked')
    const other = await ground.tokens(alice)
    assert.equal(await heldBy(accessOf(other)), `user ${alice.id}`, 'another sign-in is another family')
  })

  test('of two that use it at once, one is served, and the family ends', async () => {
    const first = await ground.tokens(alice)
    const answers = await Promise.all([1, 2].map(async () => refresh(refreshOf(first))))
    assert.deepEqual(
      answers.map(({ status }) => status).toSorted((one, other) => one - other),
      [200, 400],
    )
    const served = answers.find(({ status }) => status === 200)
    assert(served)
    assert.deepEqual(said(await refresh(refreshOf(served))), [400, 'invalid_grant', 50173])
  })

  test('is only its client’s, only its tenant’s, and no access token', async () => {
    const tokens = await ground.tokens(alice)
    const before = writes()
    const app = await ground.ground.add('another client')
    const secret = { client_id: app.appId, client_secret: app.secretText }
    assert.deepEqual(said(await refresh(refreshOf(tokens), secret)), [400, 'invalid_grant', 70000])
    assert.deepEqual(said(await refresh(accessOf(tokens))), [400, 'invalid_grant', 70000])
    assert.deepEqual(said(await refresh('made-up')), [400, 'invalid_grant', 70000])
    assert.equal(await heldBy(refreshOf(tokens)), 'TokenMalformed')
    assert.equal(writes(), before + 1, 'the application alone')
  })

  test('lives for ninety days from its last use', async () => {
    const day = 86_400_000
    let tokens = await ground.tokens(alice)
    for (let month = 0; month < 4; month += 1) {
      ground.ground.clock.advance(80 * day)
      tokens = await refresh(refreshOf(tokens))
      assert.equal(tokens.status, 200, tokens.text)
    }
    ground.ground.clock.advance(90 * day)
    assert.deepEqual(said(await refresh(refreshOf(tokens))), [400, 'invalid_grant', 700082])
  })

  test('is not given where nobody asked for it', async () => {
    const { code, verifier } = await ground.code(alice, { scope: `${vaultResource}/.default` })
    const { json } = await ground.post(v2, { ...codeForm(code, verifier), scope: `${vaultResource}/.default` })
    assert.deepEqual([json['refresh_token'], json['id_token'], json['foci']], [undefined, undefined, undefined])
  })
})

describe('what was given out', () => {
  test('is in no entry and in no log: passwords, codes, tokens, cookies', async () => {
    const by = ground.browser()
    const { code, verifier } = await ground.code(alice, {}, by)
    const tokens = await ground.post(v2, codeForm(code, verifier))
    const next = await refresh(refreshOf(tokens))
    await refresh(refreshOf(tokens))
    const entries = JSON.stringify(ground.ground.rows())
    const secrets = [
      password,
      code,
      verifier,
      ...by.cookies.values(),
      ...[tokens, next].flatMap(given => [refreshOf(given), accessOf(given)]),
    ]
    for (const secret of secrets) assert(secret.length > 10 && !entries.includes(secret))
  })

  test('is a handle that no other text opens, whichever character is another', () => {
    const kinds = ['code', 'refresh', 'session'] as const
    const handle = { tenantId: ground.ground.tenantId, id: 'a'.repeat(32), generation: 7 }
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.nat(91), fc.stringMatching(/^[A-Za-z0-9_-]$/), (kind, at, other) => {
        const text = sealHandle(context, kind, handle)
        assert.deepEqual(openHandle(context, kind, text), handle)
        for (const wrong of kinds.filter(one => one !== kind)) assert.equal(openHandle(context, wrong, text), undefined)
        const changed = text.slice(0, at) + other + text.slice(at + 1)
        if (changed !== text) assert.equal(openHandle(context, kind, changed), undefined)
      }),
    )
  })
})

describe('who counts at the next request', () => {
  const ends: readonly (readonly [what: string, end: (who: Person) => Promise<void>, code: number])[] = [
    ['a disabled user', async who => ground.change(who, { enabled: false }), 50057],
    ['a deleted user', async who => ground.remove(who), 50034],
    ['a user with another password', async who => ground.change(who, { password: { text: 'Another-Horse-8', mustChange: false } }), 50173],
    ['a user who was signed out everywhere', async who => ground.signOutEverywhere(who), 50173],
  ]
  for (const [what, end, code] of ends)
    test(`${what} has no access any more, nor can refresh it`, async () => {
      const who = await ground.person('someone')
      const tokens = await ground.tokens(who)
      assert.equal(await heldBy(accessOf(tokens)), `user ${who.id}`)
      await end(who)
      // In the very second that the token was issued in.
      assert.equal(await heldBy(accessOf(tokens)), 'TokenRevoked')
      assert.deepEqual(said(await refresh(refreshOf(tokens))), [400, 'invalid_grant', code])
      if (code !== 50034) await ground.remove(who)
    })

  test('who is let in again signs in anew: what there was stays ended', async () => {
    const who = await ground.person('returning')
    const tokens = await ground.tokens(who)
    await ground.change(who, { enabled: false })
    await ground.change(who, { enabled: true })
    assert.equal(await heldBy(accessOf(tokens)), 'TokenRevoked')
    assert.deepEqual(said(await refresh(refreshOf(tokens))), [400, 'invalid_grant', 50173])
    assert.equal(await heldBy(accessOf(await ground.tokens(who))), `user ${who.id}`)
  })

  test('a client that understands it is told to come again with claims', async () => {
    const who = await ground.person('capable')
    const { code, verifier } = await ground.code(who)
    const claims = JSON.stringify({ access_token: { xms_cc: { values: ['CP1'] } } })
    const tokens = await ground.post(v2, { ...codeForm(code, verifier), claims })
    assert.deepEqual(claimsIn(tokens.json['access_token'])['xms_cc'], ['CP1'])
    await ground.signOutEverywhere(who)
    await ground.ground.run(system, async call => {
      const audiences = audiencesOf('keyvault', { domain: 'keystead.test', portSuffix: '' })
      const token = accessOf(tokens)
      await assert.rejects(verifyToken(context, call, { token, audiences, login, resourceName: 'vault' }), error => {
        assert(error instanceof Problem && error.body.code === 'TokenRevoked')
        return error.body.details.issuedAfter !== undefined
      })
    })
  })

  test('a disabled client acts for nobody', async () => {
    const tokens = await ground.tokens(alice)
    const principal = context.identity.index.servicePrincipalOfApp(ground.ground.tenantId, az)
    assert(principal)
    const enable = async (enabled: boolean) =>
      ground.ground.run(system, async call => {
        const held = await context.servicePrincipals.get(call, principal.compartment, principal.path)
        assert(held)
        context.servicePrincipals.update(call, held, { ...held.value, enabled })
      })
    await enable(false)
    assert.equal(await heldBy(accessOf(tokens)), 'TokenRevoked')
    assert.deepEqual(said(await refresh(refreshOf(tokens))), [400, 'unauthorized_client', 7000112])
    await enable(true)
  })

  test('an id token is no access token', async () => {
    const { json } = await ground.tokens(alice)
    assert.equal(await heldBy(textIn(json['id_token'])), 'TokenMalformed')
  })

  test('a user has the rights of a member, not those of the application', async () => {
    const app = await ground.ground.add('writes the directory', 'write')
    const user = { kind: 'user', tenant: ground.ground.tenantId, appId: app.appId } as const
    assert.equal(context.identity.index.rightOf(user), undefined)
    assert.equal(context.identity.index.rightOf({ ...user, kind: 'application' }), 'write')
    assert.equal(context.identity.index.rightOf({ ...user, appId: az }), 'read')
  })
})
