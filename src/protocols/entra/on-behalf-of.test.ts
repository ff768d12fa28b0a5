import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { audiencesOf } from '#domain/identity/audiences.ts'
import { bringUpTenant } from '#domain/identity/new-tenant.ts'
import { tenantId, type Made } from '#domain/identity/testing.ts'
import { verifyToken } from '#domain/identity/verify-token.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { revokeGrant } from '#domain/sign-in/grants.ts'
import { operator, system, type Principal } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import { graphProtocol } from '#protocols/graph/index.ts'
import { createPipeline } from '#protocols/http/pipeline.ts'
import { ask, listIn, textIn, type Answered } from '#protocols/http/testing.ts'
import { claimsIn, codeForm, peopleGround, said, type Person } from './people.ts'
import { login, v2, vaultResource } from './testing.ts'

const ground = await peopleGround()
const { context } = ground.ground
const graphPipeline = createPipeline(context, graphProtocol('keystead.test'))
const graphUrl = 'https://graph.keystead.test'
const v1 = `/${tenantId}/oauth2/token`
const administrator = await ground.ground.add('administrator', 'write')
const middle = await ground.ground.add('middle')
const last = await ground.ground.add('last')
const alice = await ground.person('alice')
const bob = await ground.person('bob')
const api = `api://${middle.appId}`

const graph = async (method: string, path: string, body?: unknown): Promise<Answered> => {
  const form = {
    grant_type: 'client_credentials',
    client_id: administrator.appId,
    client_secret: administrator.secretText,
    scope: `${graphUrl}/.default`,
  }
  const token = textIn((await ground.post(v2, form)).json['access_token'])
  return ask(graphPipeline, {
    method,
    url: `${graphUrl}/v1.0/${path}`,
    headers: { authorization: `Bearer ${token}` },
    ...(body !== undefined && { body }),
  })
}

const principalOf = async (appId: string): Promise<string> =>
  textIn(listIn((await graph('GET', `servicePrincipals?$filter=appId%20eq%20'${appId}'`)).json['value'])[0]?.['id'])

const scopeIn = (value: string, id = crypto.randomUUID()) => ({ id, value, type: 'User', isEnabled: true, adminConsentDisplayName: value })

async function expose(made: Made, more: object = {}): Promise<void> {
  const changed = await graph('PATCH', `applications/${made.application.value.id}`, {
    identifierUris: [`api://${made.appId}`],
    api: { oauth2PermissionScopes: [scopeIn('access')], ...more },
  })
  assert.equal(changed.status, 204, changed.text)
}

const services = { keyvault: 'cfa8b339-82a2-471a-a3c9-0fc0be7a4093', graph: '00000003-0000-0000-c000-000000000000' }

async function consent(
  made: Made,
  { at, scope, principalId }: { readonly at: string; readonly scope: string; readonly principalId?: string },
): Promise<string> {
  const granted = await graph('POST', 'oauth2PermissionGrants', {
    clientId: made.oid,
    resourceId: await principalOf(at),
    consentType: principalId === undefined ? 'AllPrincipals' : 'Principal',
    ...(principalId !== undefined && { principalId }),
    scope,
  })
  assert.equal(granted.status, 201, granted.text)
  return textIn(granted.json['id'])
}

/** A token that az's client has for the user, for whatever is asked. */
async function tokenOf(who: Person, scope: string): Promise<string> {
  return textIn((await tokensOf(who, scope)).json['access_token'])
}

async function tokensOf(who: Person, scope: string): Promise<Answered> {
  const { code, verifier } = await ground.code(who, { scope })
  const answered = await ground.post(v2, { ...codeForm(code, verifier), scope })
  assert.equal(answered.status, 200, answered.text)
  return answered
}

const formFor = (made: Made, assertion: string, scope = `${vaultResource}/.default`) => ({
  grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
  requested_token_use: 'on_behalf_of',
  client_id: made.appId,
  client_secret: made.secretText,
  assertion,
  scope,
})

/** Who a listener takes the holder for, or what it says. */
const heldBy = async (token: string, resource: 'keyvault' | 'graph' = 'keyvault'): Promise<Principal | string> =>
  ground.ground.run(system, async call => {
    try {
      const audiences = audiencesOf(resource, { domain: 'keystead.test', portSuffix: '' })
      return await verifyToken(context, call, { token, audiences, login, resourceName: resource })
    } catch (error) {
      assert(error instanceof Problem)
      return error.body.code
    }
  })

let vaultGrant = ''
before(async () => {
  await expose(middle)
  await expose(last)
  vaultGrant = await consent(middle, { at: services.keyvault, scope: 'user_impersonation' })
})

describe('an application that acts for a user', () => {
  test('has a token in which the user is the subject and the application is named beside him', async () => {
    const assertion = await tokenOf(alice, `${api}/access`)
    assert.deepEqual([claimsIn(assertion)['aud'], claimsIn(assertion)['scp']], [api, 'access'])
    const answered = await ground.post(v2, formFor(middle, assertion))
    assert.equal(answered.status, 200, answered.text)
    assert.deepEqual(
      [answered.json['refresh_token'], answered.json['id_token'], answered.json['token_type']],
      [undefined, undefined, 'Bearer'],
    )
    const claims = claimsIn(answered.json['access_token'])
    assert.deepEqual(
      [claims['aud'], claims['oid'], claims['appid'], claims['appidacr'], claims['idtyp'], claims['scp'], claims['auth_time']],
      [vaultResource, alice.id, middle.appId, '1', 'user', 'user_impersonation', claimsIn(assertion)['auth_time']],
    )
    const held = await heldBy(textIn(answered.json['access_token']))
    assert(typeof held === 'object')
    assert.deepEqual([held.kind, held.id, held.appId], ['user', alice.id, middle.appId])
  })

  test('asks at v1 by resource as well, whose numbers are strings', async () => {
    const { scope: _scope, ...form } = formFor(middle, await tokenOf(alice, `${middle.appId}/.default`))
    const answered = await ground.post(v1, { ...form, resource: vaultResource })
    assert.equal(answered.status, 200, answered.text)
    assert.deepEqual(
      [answered.json['resource'], typeof answered.json['expires_in'], answered.json['scope'], typeof answered.json['refresh_token']],
      [vaultResource, 'string', 'user_impersonation', 'string'],
    )
  })

  test('finds the tenant in the assertion where the path names none', async () => {
    const form = formFor(middle, await tokenOf(alice, `${api}/.default`))
    assert.equal((await ground.post('/organizations/oauth2/v2.0/token', form)).status, 200)
  })

  test('may call one that acts for the user in its turn, and may be shown tokens of version 2', async () => {
    await graph('PATCH', `applications/${last.application.value.id}`, { api: { requestedAccessTokenVersion: 2 } })
    await consent(middle, { at: last.appId, scope: 'access' })
    await consent(last, { at: services.keyvault, scope: 'user_impersonation' })
    const first = await ground.post(v2, formFor(middle, await tokenOf(alice, `${api}/.default`), `api://${last.appId}/access`))
    assert.equal(first.status, 200, first.text)
    const shown = claimsIn(first.json['access_token'])
    assert.deepEqual(
      [shown['ver'], shown['aud'], shown['azp'], shown['iss'], shown['preferred_username'], shown['appid']],
      ['2.0', last.appId, middle.appId, `${login}/${tenantId}/v2.0`, alice.name, undefined],
    )
    const second = await ground.post(v2, formFor(last, textIn(first.json['access_token'])))
    assert.equal(second.status, 200, second.text)
    const held = await heldBy(textIn(second.json['access_token']))
    assert(typeof held === 'object')
    assert.deepEqual([held.id, held.appId], [alice.id, last.appId])
  })

  test('refreshes what it has for the user, as far as there is consent', async () => {
    const { json } = await ground.post(
      v2,
      formFor(middle, await tokenOf(alice, `${api}/.default`), `${vaultResource}/.default offline_access openid`),
    )
    assert.equal(claimsIn(json['id_token'])['aud'], middle.appId)
    const form = { grant_type: 'refresh_token', client_id: middle.appId, client_secret: middle.secretText }
    const again = await ground.post(v2, { ...form, refresh_token: textIn(json['refresh_token']), scope: `${vaultResource}/.default` })
    assert.equal(again.status, 200, again.text)
    const refreshToken = textIn(again.json['refresh_token'])
    const arm = await ground.post(v2, { ...form, refresh_token: refreshToken, scope: 'https://management.keystead.test/.default' })
    assert.deepEqual(said(arm), [400, 'invalid_grant', 65001])
  })
})

describe('whoever acts for a user is refused', () => {
  let assertion = ''
  before(async () => {
    assertion = await tokenOf(alice, `${api}/.default`)
  })

  const refusals: readonly (readonly [
    what: string,
    form: () => Promise<Readonly<Record<string, string | undefined>>>,
    said: readonly unknown[],
  ])[] = [
    ['without an assertion', async () => ({ ...formFor(middle, ''), assertion: undefined }), [400, 'invalid_request', 900144]],
    [
      'without saying what it wants the token for',
      async () => ({ ...formFor(middle, assertion), requested_token_use: undefined }),
      [400, 'invalid_request', 900144],
    ],
    ['for another use', async () => ({ ...formFor(middle, assertion), requested_token_use: 'other' }), [400, 'invalid_request', 9002313]],
    [
      'without its own credential',
      async () => ({ ...formFor(middle, assertion), client_secret: undefined }),
      [401, 'invalid_client', 7000218],
    ],
    ['with a wrong secret', async () => ({ ...formFor(middle, assertion), client_secret: 'wrong' }), [401, 'invalid_client', 7000215]],
    ['with what is no token', async () => formFor(middle, 'a.b.c'), [400, 'invalid_request', 50027]],
    ['with a token for another application', async () => formFor(last, assertion), [400, 'invalid_grant', 500131]],
    [
      'with a token for a service',
      async () => formFor(middle, await tokenOf(alice, `${vaultResource}/.default`)),
      [400, 'invalid_grant', 500131],
    ],
    [
      'with an id token',
      async () => formFor(middle, textIn((await tokensOf(alice, `${vaultResource}/.default openid`)).json['id_token'])),
      [400, 'invalid_request', 240002],
    ],
    [
      'with a token of an application',
      async () => {
        const form = { grant_type: 'client_credentials', client_id: last.appId, client_secret: last.secretText, scope: `${api}/.default` }
        return formFor(middle, textIn((await ground.post(v2, form)).json['access_token']))
      },
      [400, 'unauthorized_client', 7000114],
    ],
    [
      'with a changed token',
      async () => {
        const [header = '', payload = '', signature = ''] = assertion.split('.')
        const claims = { ...claimsIn(assertion), oid: bob.id }
        assert.notEqual(payload, '')
        return formFor(middle, [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.'))
      },
      [400, 'invalid_grant', 50013],
    ],
    [
      'for a resource that nobody consented to',
      async () => formFor(middle, assertion, `${graphUrl}/.default`),
      [400, 'invalid_grant', 65001],
    ],
    ['for who the user is, without consent', async () => formFor(middle, assertion, 'openid profile'), [400, 'invalid_grant', 65001]],
    ['for a resource that is nowhere', async () => formFor(middle, assertion, 'api://nowhere/.default'), [400, 'invalid_resource', 500011]],
    [
      'for a scope that the resource does not have',
      async () => formFor(middle, assertion, `${vaultResource}/everything`),
      [400, 'invalid_client', 650053],
    ],
  ]
  for (const [what, form, expected] of refusals)
    test(what, async () => {
      const answered = await ground.post(v2, await form())
      assert.deepEqual(said(answered), expected, answered.text)
      assert.equal(answered.json['access_token'], undefined)
      assert.equal(answered.json['suberror'], expected[2] === 65001 ? 'consent_required' : undefined)
    })

  test('once the token is too old', async () => {
    const old = await tokenOf(alice, `${api}/.default`)
    ground.ground.clock.advance(3_700_000)
    assert.deepEqual(said(await ground.post(v2, formFor(middle, old))), [400, 'invalid_grant', 500133])
  })

  test('for a user who is disabled or was signed out since', async () => {
    const carol = await ground.person('carol')
    const old = await tokenOf(carol, `${api}/.default`)
    await ground.change(carol, { enabled: false })
    assert.deepEqual(said(await ground.post(v2, formFor(middle, old))), [400, 'invalid_grant', 50057])
    await ground.change(carol, { enabled: true })
    assert.deepEqual(said(await ground.post(v2, formFor(middle, old))), [400, 'invalid_grant', 50173])
    await ground.remove(carol)
    assert.deepEqual(said(await ground.post(v2, formFor(middle, old))), [400, 'invalid_grant', 50034])
  })

  test('in another tenant than the token is of', async () => {
    const other = await ground.ground.run(operator, async call =>
      bringUpTenant(context, call, {
        permit: context.access.permit(call, 'instance.operate', { on: rootScope }),
        displayName: 'Other',
        secretEndsAt: call.at + 86_400_000,
      }),
    )
    const { clientId, clientSecret } = other.administrator
    const form = { ...formFor(middle, await tokenOf(alice, `${api}/.default`)), client_id: clientId, client_secret: clientSecret }
    assert.deepEqual(said(await ground.post(`/${other.tenantId}/oauth2/v2.0/token`, form)), [400, 'invalid_grant', 50013])
    // And its own application is nobody there.
    assert.deepEqual(said(await ground.post(`/${other.tenantId}/oauth2/v2.0/token`, formFor(middle, form.assertion))), [
      400,
      'unauthorized_client',
      700016,
    ])
  })
})

describe('consent', () => {
  test('of one user is for that user alone, and narrows by name', async () => {
    const made = await ground.ground.add('of one')
    await expose(made)
    await consent(made, { at: services.graph, scope: 'User.Read Directory.Read.All', principalId: alice.id })
    const ofAlice = await tokenOf(alice, `api://${made.appId}/.default`)
    const given = await ground.post(v2, formFor(made, ofAlice, `${graphUrl}/.default`))
    assert.equal(claimsIn(given.json['access_token'])['scp'], 'User.Read Directory.Read.All')
    const narrow = await ground.post(v2, formFor(made, ofAlice, `${graphUrl}/user.read`))
    assert.equal(claimsIn(narrow.json['access_token'])['scp'], 'User.Read')
    assert.deepEqual(said(await ground.post(v2, formFor(made, ofAlice, `${graphUrl}/Group.Read.All`))), [400, 'invalid_grant', 65001])
    const ofBob = await tokenOf(bob, `api://${made.appId}/.default`)
    assert.deepEqual(said(await ground.post(v2, formFor(made, ofBob, `${graphUrl}/.default`))), [400, 'invalid_grant', 65001])
  })

  test('that is taken back gives nothing at the next request', async () => {
    const assertion = await tokenOf(alice, `${api}/.default`)
    assert.equal((await ground.post(v2, formFor(middle, assertion))).status, 200)
    assert.equal((await graph('DELETE', `oauth2PermissionGrants/${vaultGrant}`)).status, 204)
    assert.deepEqual(said(await ground.post(v2, formFor(middle, assertion))), [400, 'invalid_grant', 65001])
    vaultGrant = await consent(middle, { at: services.keyvault, scope: 'user_impersonation' })
  })

  test('is not needed where the resource lets a client in by itself', async () => {
    const [front, back] = [await ground.ground.add('front'), await ground.ground.add('back')]
    await expose(front)
    const scope = scopeIn('read')
    await expose(back, {
      oauth2PermissionScopes: [scope, scopeIn('write')],
      preAuthorizedApplications: [{ appId: front.appId, delegatedPermissionIds: [scope.id] }],
    })
    const answered = await ground.post(
      v2,
      formFor(front, await tokenOf(alice, `api://${front.appId}/.default`), `api://${back.appId}/.default`),
    )
    assert.equal(claimsIn(answered.json['access_token'])['scp'], 'read')
  })
})

describe('what was given on behalf of a user', () => {
  test('ends with the sign-in that it rests on, however often it was refreshed', async () => {
    const first = await tokensOf(alice, `${api}/.default offline_access`)
    const given = await ground.post(v2, formFor(middle, textIn(first.json['access_token']), `${vaultResource}/.default offline_access`))
    const token = textIn(given.json['access_token'])
    assert.equal(typeof (await heldBy(token)), 'object')
    await ground.ground.run(system, async call =>
      revokeGrant(context, call, { tenantId, grantId: textIn(claimsIn(first.json['access_token'])['ks_cred']) }),
    )
    assert.equal(await heldBy(token), 'TokenRevoked')
    const form = { grant_type: 'refresh_token', client_id: middle.appId, client_secret: middle.secretText }
    // Long after the record of an access token's end could be forgotten.
    ground.ground.clock.advance(30 * 86_400_000)
    const refreshed = await ground.post(v2, {
      ...form,
      refresh_token: textIn(given.json['refresh_token']),
      scope: `${vaultResource}/.default`,
    })
    assert.deepEqual(said(refreshed), [400, 'invalid_grant', 50173])
  })

  test('is in no entry', async () => {
    const assertion = await tokenOf(alice, `${api}/.default`)
    const { json } = await ground.post(v2, formFor(middle, assertion, `${vaultResource}/.default offline_access`))
    const entries = JSON.stringify(ground.ground.rows())
    for (const secret of [assertion, textIn(json['access_token']), textIn(json['refresh_token'])]) assert(!entries.includes(secret))
    assert(entries.includes('onBehalfOf'))
  })
})
