import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import { describe, test } from 'node:test'
import { tenantId } from '#domain/identity/testing.ts'
import { graphProtocol } from '#protocols/graph/index.ts'
import { createPipeline } from '#protocols/http/pipeline.ts'
import { ask, listIn, objectIn, textIn } from '#protocols/http/testing.ts'
import { entraGround, login, v2 } from './testing.ts'

describe('the documents', () => {
  test('agree with each other and with the keys', async () => {
    const { get } = await entraGround()
    const { json: second } = await get(`/${tenantId}/v2.0/.well-known/openid-configuration`)
    const { json: first } = await get(`/${tenantId}/.well-known/openid-configuration`)
    const { json: adfs } = await get('//adfs/.well-known/openid-configuration')
    assert.equal(second['issuer'], `${login}/${tenantId}/v2.0`)
    assert.equal(second['token_endpoint'], `${login}/${tenantId}/oauth2/v2.0/token`)
    assert.equal(first['issuer'], `${login}/${tenantId}/`)
    assert.equal(first['token_endpoint'], `${login}/${tenantId}/oauth2/token`)
    assert.equal(adfs['token_endpoint'], `${login}/adfs/oauth2/token`)
    for (const document of [first, second, adfs]) {
      const { json } = await get(textIn(document['jwks_uri']).slice(login.length))
      for (const key of listIn(json['keys'])) {
        const der = Buffer.from(textIn(Object.values(objectIn(key['x5c']))[0]), 'base64')
        const certificate = new X509Certificate(der)
        assert.ok(certificate.verify(certificate.publicKey), 'self-signed')
        assert.equal(key['kid'], createHash('sha1').update(der).digest('base64url'))
        assert.equal(key['x5t'], key['kid'])
        const jwk = certificate.publicKey.export({ format: 'jwk' })
        assert.deepEqual([key['n'], key['e']], [jwk.n, jwk.e])
        assert.deepEqual(Object.keys(key).sort(), ['e', 'issuer', 'kid', 'kty', 'n', 'use', 'x5c', 'x5t'])
      }
    }
  })

  test("carry the port of the caller's Host", async () => {
    const { pipeline } = await entraGround()
    const { json } = await ask(pipeline, { url: `https://login.keystead.test:18443/${tenantId}/v2.0/.well-known/openid-configuration` })
    assert.equal(json['token_endpoint'], `https://login.keystead.test:18443${v2}`)
  })

  test('instance discovery knows this host and no other', async () => {
    const { get } = await entraGround()
    const asked = (endpoint: string) =>
      get(`/common/discovery/instance?api-version=1.1&authorization_endpoint=${encodeURIComponent(endpoint)}`)
    const { json } = await asked(`${login}:18443/${tenantId}/oauth2/v2.0/authorize`)
    assert.equal(json['tenant_discovery_endpoint'], `${login}:18443/${tenantId}/v2.0/.well-known/openid-configuration`)
    assert.deepEqual(listIn(json['metadata'])[0]?.['aliases'], ['login.keystead.test:18443', 'login.keystead.test'])
    const { status, json: refused } = await asked('https://login.elsewhere.example/common/oauth2/authorize')
    assert.deepEqual([status, refused['error'], refused['error_codes']], [400, 'invalid_instance', [50049]])
  })

  test('every endpoint that a document names is served, and logging out leads nowhere else', async () => {
    const { ground, get, pipeline } = await entraGround()
    const graph = createPipeline(ground.context, graphProtocol('keystead.test'))
    for (const path of [`/${tenantId}/v2.0`, `/${tenantId}`, '/adfs', '/consumers/v2.0']) {
      const { json } = await get(`${path}/.well-known/openid-configuration`)
      for (const [name, url] of Object.entries(json)) {
        if (!/_(endpoint|uri)$/.test(name)) continue
        const statuses = await Promise.all(
          ['GET', 'POST'].map(
            async method => (await ask(textIn(url).startsWith(login) ? pipeline : graph, { method, url: textIn(url) })).status,
          ),
        )
        assert.ok(!statuses.includes(404), `${name} of ${path}`)
      }
      const { status, headers } = await ask(pipeline, {
        url: `${textIn(json['end_session_endpoint'])}?post_logout_redirect_uri=https://evil.example`,
      })
      assert.deepEqual([status, headers['location']], [200, undefined])
    }
  })

  for (const [method, path, status, code] of [
    ['GET', '/common/nowhere', 404, 9002313],
    ['GET', v2, 405, 900561],
    ['POST', `/${tenantId}/oauth2/v2.0/devicecode`, 400, 900144],
  ] as const) {
    test(`${method} ${path.replace(tenantId, '{tenant}')} answers ${status}`, async () => {
      const { pipeline } = await entraGround()
      const { status: got, json } = await ask(pipeline, {
        method,
        url: login + path,
        ...(method === 'POST' && { body: new URLSearchParams() }),
      })
      assert.deepEqual([got, json['error_codes']], [status, [code]])
    })
  }
})
