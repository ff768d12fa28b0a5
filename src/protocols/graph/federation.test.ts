// Workload identity federation with a real issuer over TLS: its documents are fetched, its signatures verified (identity-and-arm.md 1.4).
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { localIssuer } from '#adapters/outgoing/testing.ts'
import { createSubscription } from '#domain/resources/create-subscription.ts'
import { tenantId, type Made } from '#domain/identity/testing.ts'
import { system } from '#model/principal.ts'
import { armProtocol } from '#protocols/arm/index.ts'
import { entraProtocol } from '#protocols/entra/index.ts'
import { createPipeline } from '#protocols/http/pipeline.ts'
import { ask, listIn, objectIn, textIn } from '#protocols/http/testing.ts'
import { codeOf, graphGround } from './testing.ts'

const issuer = await localIssuer()
after(async () => issuer[Symbol.asyncDispose]())
const { ground, asked } = await graphGround({ outgoing: issuer.outgoing })
const login = createPipeline(ground.context, entraProtocol('keystead.test'))
const arm = createPipeline(ground.context, armProtocol('keystead.test'))
const management = 'https://management.keystead.test'
const subscriptionId = '22222222-2222-4222-8222-222222222222'
const owner = await ground.add('owner')
await ground.run(system, async call =>
  createSubscription(ground.context, call, {
    tenantId,
    subscriptionId,
    displayName: 's',
    resourceGroup: 'rg',
    location: 'local',
    ownerId: owner.oid,
  }),
)

const audience = 'api://AzureADTokenExchange'
const subject = 'repo:contoso/app:ref:refs/heads/main'
const now = 1_800_000_000
const good = { sub: subject, aud: audience, iat: now, nbf: now, exp: now + 600 }

const exchange = async (clientId: string, assertion: string, resource = management) =>
  ask(login, {
    url: `https://login.keystead.test/${tenantId}/oauth2/v2.0/token`,
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
      scope: `${resource}/.default`,
    }),
  })
const said = ({ status, json }: { readonly status: number; readonly json: Readonly<Record<string, unknown>> }) => [
  status,
  json['error'],
  json['error_codes'],
]
const subscriptions = async (token: unknown) =>
  ask(arm, { url: `${management}/subscriptions?api-version=2022-12-01`, headers: { authorization: `Bearer ${textIn(token)}` } })
const credentials = (made: Made): string => `/v1.0/applications/${made.application.value.id}/federatedIdentityCredentials`
const terms = { name: 'main', issuer: issuer.issuer, subject, audiences: [audience] }

async function federated(name: string, changes: object = {}): Promise<Made> {
  const made = await ground.add(name)
  const { status, text } = await asked('POST', credentials(made), { ...terms, ...changes })
  assert.equal(status, 201, text)
  return made
}

describe('an application that an issuer outside vouches for', () => {
  test('gets a token, and it is worth nothing as soon as the credential is gone', async () => {
    const made = await federated('vouched')
    const answered = await exchange(made.appId, issuer.token(good))
    assert.equal(answered.status, 200, answered.text)
    const token = answered.json['access_token']
    const claims = objectIn(JSON.parse(Buffer.from(textIn(token).split('.')[1] ?? '', 'base64url').toString()))
    assert.deepEqual([claims['oid'], claims['appid'], claims['appidacr']], [made.oid, made.appId, '2'])
    assert.equal((await subscriptions(token)).status, 200)
    assert.equal(ground.rows().findLast(row => row['operation'] === 'TokenIssue')?.['details']?.['subject' as never], subject)
    assert.equal((await asked('DELETE', `${credentials(made)}/main`)).status, 204)
    assert.equal((await subscriptions(token)).status, 401)
    assert.deepEqual(said(await exchange(made.appId, issuer.token(good))), [401, 'invalid_client', [70021]])
  })

  test('loses its tokens when the terms change, and gets new ones by the new terms', async () => {
    const made = await federated('changed')
    const { json } = await exchange(made.appId, issuer.token(good))
    assert.equal((await asked('PATCH', `${credentials(made)}/main`, { subject: 'another' })).status, 204)
    assert.equal((await subscriptions(json['access_token'])).status, 401)
    assert.equal((await exchange(made.appId, issuer.token({ ...good, sub: 'another' }))).status, 200)
  })

  test('is refused by the first of issuer, subject and audience that nobody vouches for', async () => {
    const made = await federated('strict')
    for (const [what, claims, code] of [
      ['another issuer', { iss: `${issuer.issuer}/` }, 700211],
      ['an issuer in another case', { iss: issuer.issuer.toUpperCase().replace('HTTPS', 'https') }, 700211],
      ['another subject', { sub: subject.toUpperCase() }, 700213],
      ['another audience', { aud: 'api://other' }, 700212],
      ['no audience of ours among many', { aud: ['a', 'b'] }, 700212],
    ] as const)
      assert.deepEqual(said(await exchange(made.appId, issuer.token({ ...good, ...claims }))), [401, 'invalid_client', [code]], what)
    assert.equal((await exchange(made.appId, issuer.token({ ...good, aud: ['a', audience] }))).status, 200)
  })

  test('is refused by what is not the issuer’s signature, or not of now', async () => {
    const made = await federated('forged')
    const [head, body, signature = ''] = issuer.token(good).split('.')
    const { header } = { header: Buffer.from(head ?? '', 'base64url').toString() }
    const other = (alg: string) => Buffer.from(header.replace('RS256', alg)).toString('base64url')
    for (const [what, assertion, code] of [
      ['a changed signature', `${head}.${body}.${signature.slice(0, -4)}AAAA`, 700027],
      ['no algorithm', `${other('none')}.${body}.${signature}`, 700027],
      ['a MAC', `${other('HS256')}.${body}.${signature}`, 700027],
      ['a key that is not published', issuer.token(good, { kid: 'other' }), 700027],
      ['a key in its own header', issuer.token(good, { kid: 'other', jwk: { kty: 'oct', k: 'AA' }, jku: 'https://evil.test/' }), 700027],
      ['an extension', issuer.token(good, { crit: ['x'], x: 1 }), 50027],
      ['an end that is past', issuer.token({ ...good, iat: now - 900, nbf: now - 900, exp: now - 301 }), 700024],
      ['a beginning to come', issuer.token({ ...good, nbf: now + 301 }), 700024],
      ['no end', issuer.token({ ...good, exp: undefined }), 700024],
      ['an end in a year', issuer.token({ ...good, exp: now + 31_536_000 }), 700024],
    ] as const)
      assert.deepEqual(said(await exchange(made.appId, assertion)).slice(2), [[code]], what)
  })

  test('that was vouched for by a key that is no longer published gets nothing once the new ones are known', async () => {
    const made = await federated('rotated')
    const old = issuer.token(good)
    assert.equal((await exchange(made.appId, old)).status, 200)
    issuer.rotate()
    ground.clock.advance(31_000)
    assert.equal((await exchange(made.appId, issuer.token(good))).status, 200)
    assert.deepEqual(said(await exchange(made.appId, old)), [401, 'invalid_client', [700027]])
  })

  test('of a host that is not listed gets nothing, and nothing is asked there', async () => {
    const elsewhere = `https://127.0.0.1:${issuer.port}/realm`
    const made = await federated('unlisted', { issuer: elsewhere })
    const already = issuer.asked.length
    assert.deepEqual(said(await exchange(made.appId, issuer.token({ ...good, iss: elsewhere }))), [400, 'invalid_request', [50166]])
    assert.equal(issuer.asked.length, already)
  })

  test('of our own token service gets nothing by it', async () => {
    const own = `https://login.keystead.test/${tenantId}/v2.0`
    const made = await federated('own', { issuer: own })
    assert.deepEqual(said(await exchange(made.appId, issuer.token({ ...good, iss: own }))), [400, 'invalid_request', [50166]])
  })
})

describe('federated credentials in Graph', () => {
  test('are listed, shown by id and by name, changed and removed', async () => {
    const made = await federated('listed', { description: 'from CI' })
    const list = await asked('GET', credentials(made))
    const [one = assert.fail('none is listed')] = listIn(list.json['value'])
    assert.deepEqual(
      [one['name'], one['issuer'], one['subject'], one['audiences'], one['description']],
      ['main', issuer.issuer, subject, [audience], 'from CI'],
    )
    for (const name of [textIn(one['id']), 'MAIN']) assert.equal((await asked('GET', `${credentials(made)}/${name}`)).json['id'], one['id'])
    assert.equal((await asked('PATCH', `${credentials(made)}/${textIn(one['id'])}`, { description: null })).status, 204)
    assert.equal((await asked('GET', `${credentials(made)}/main`)).json['description'], null)
    const gone = await asked('GET', `${credentials(made)}/none`)
    assert.deepEqual([gone.status, codeOf(gone.json)], [404, 'Request_ResourceNotFound'])
  })

  test('are twenty at most, each with a name and an issuer’s subject of its own', async () => {
    const made = await federated('many')
    const add = async (changes: object) => {
      const { status, json } = await asked('POST', credentials(made), { ...terms, ...changes })
      return [status, status === 201 ? undefined : codeOf(json)]
    }
    assert.deepEqual(await add({ subject: 'other' }), [409, 'Request_MultipleObjectsWithSameKeyValue'])
    assert.deepEqual(await add({ name: 'other' }), [409, 'Request_MultipleObjectsWithSameKeyValue'])
    for (let at = 1; at < 20; at += 1) assert.deepEqual(await add({ name: `more-${at}`, subject: `s${at}` }), [201, undefined])
    assert.deepEqual(await add({ name: 'one-too-many', subject: 's20' }), [400, 'Request_BadRequest'])
  })

  for (const [what, changes] of [
    ['http', { issuer: 'http://issuer.test/' }],
    ['a user in the issuer', { issuer: 'https://a@issuer.test/' }],
    ['a query in the issuer', { issuer: 'https://issuer.test/?a=b' }],
    ['no issuer', { issuer: '' }],
    ['no subject', { subject: '' }],
    ['two audiences', { audiences: ['a', 'b'] }],
    ['no audience', { audiences: [] }],
    ['a name with a slash', { name: 'a/b' }],
    ['a member that would be lost', { claimsMatchingExpression: {} }],
  ] as const)
    test(`${what} is refused`, async () => {
      const made = await ground.add(what)
      const { status, json } = await asked('POST', credentials(made), { ...terms, ...changes })
      assert.deepEqual([status, codeOf(json)], [400, 'Request_BadRequest'])
    })
})

describe('a user-assigned identity that an issuer outside vouches for', () => {
  const identity = `/subscriptions/${subscriptionId}/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/workload`
  const byOwner = async (method: string, path: string, body?: unknown) => {
    const form = {
      grant_type: 'client_credentials',
      client_id: owner.appId,
      client_secret: owner.secretText,
      scope: `${management}/.default`,
    }
    const { json } = await ask(login, { url: `https://login.keystead.test/${tenantId}/oauth2/v2.0/token`, body: new URLSearchParams(form) })
    const url = `${management}${path}?api-version=2023-01-31`
    return ask(arm, {
      method,
      url,
      headers: { authorization: `Bearer ${textIn(json['access_token'])}` },
      ...(body !== undefined && { body }),
    })
  }

  test('signs in by it, and by nothing else, until the credential is gone', async () => {
    const made = await byOwner('PUT', identity, { location: 'local' })
    const { clientId, principalId } = objectIn(made.json['properties'])
    const path = `${identity}/federatedIdentityCredentials/ci-main`
    const properties = { issuer: issuer.issuer, subject: 'workload', audiences: [audience] }
    const put = await byOwner('PUT', path, { properties })
    assert.deepEqual([put.status, put.json['name'], put.json['properties']], [201, 'ci-main', properties])
    assert.equal((await byOwner('PUT', path, { properties })).status, 200)
    assert.deepEqual((await byOwner('GET', path)).json['properties'], properties)
    assert.deepEqual(
      listIn((await byOwner('GET', `${identity}/federatedIdentityCredentials`)).json['value']).map(one => one['name']),
      ['ci-main'],
    )
    const answered = await exchange(textIn(clientId), issuer.token({ ...good, sub: 'workload' }))
    assert.equal(answered.status, 200, answered.text)
    const token = textIn(answered.json['access_token'])
    const claims = objectIn(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()))
    assert.deepEqual([claims['oid'], claims['xms_mirid']], [principalId, identity])
    assert.equal((await subscriptions(token)).status, 200)
    const row = ground.rows().findLast(one => one['operation'] === 'SubscriptionList')
    assert.equal(objectIn(row?.['actor'])['kind'], 'managedIdentity')
    assert.deepEqual(said(await exchange(textIn(clientId), issuer.token(good))), [401, 'invalid_client', [700213]])
    assert.equal((await byOwner('DELETE', path)).status, 200)
    assert.equal((await byOwner('DELETE', path)).status, 204)
    assert.equal((await subscriptions(token)).status, 401)
  })

  test('has no credential where there is no identity', async () => {
    const path = `${identity.replace('workload', 'none-such')}/federatedIdentityCredentials/ci-main`
    const { status, json } = await byOwner('PUT', path, { properties: { issuer: issuer.issuer, subject: 's', audiences: [audience] } })
    assert.deepEqual([status, codeOf(json)], [404, 'ResourceNotFound'])
  })
})
