// What every wire says while the instance is sealed (security-and-reliability.md 2.7), from its declaration alone.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { systemRandom } from '#adapters/system/random.ts'
import type { Context } from '#domain/context.ts'
import { installationCompartment } from '#domain/seal/custody.ts'
import { testClock } from '#domain/testing.ts'
import { armProtocol } from '#protocols/arm/index.ts'
import { entraProtocol } from '#protocols/entra/index.ts'
import { graphProtocol } from '#protocols/graph/index.ts'
import type { Protocol } from '#protocols/http/protocol.ts'
import { createSealedPipeline } from '#protocols/http/sealed.ts'
import { ask, objectIn, textIn, type Asked } from '#protocols/http/testing.ts'
import { keyVaultProtocol } from '#protocols/keyvault/index.ts'
import { strayProtocol } from '#protocols/stray/index.ts'

const domain = 'keystead.test'
const clusterId = '00000000-0000-4000-8000-000000000001'
const instance = {
  clusterId,
  installation: installationCompartment(clusterId),
  domain,
  location: 'local',
  throttle: true,
  region: 'us-east-1',
  guardPolicies: false,
  attestationAuthorities: [],
}

function asked<Site>(protocol: Protocol<Context, Site>, how: Asked) {
  const parts = { instance, clock: testClock(), random: systemRandom(), state: () => 'sealed' }
  return ask(createSealedPipeline(parts, protocol), { headers: { authorization: 'Bearer a.b.c' }, ...how })
}

describe('a sealed instance', () => {
  test('answers a vault, ARM and Graph in their own envelopes', async () => {
    const answers = [
      await asked(keyVaultProtocol(domain), { url: `https://kv1.vault.${domain}/keys/k1?api-version=7.4` }),
      await asked(armProtocol(domain), { url: `https://management.${domain}/subscriptions?api-version=2022-12-01` }),
      await asked(graphProtocol(domain), { url: `https://graph.${domain}/v1.0/applications` }),
    ]
    for (const { status, headers } of answers) {
      assert.equal(status, 503)
      assert.equal(headers['retry-after'], '5')
      assert.match(headers['cache-control'] ?? '', /no-(?:store|cache)/)
      assert.equal(headers['www-authenticate'], undefined, 'nobody is asked who he is')
    }
    assert.deepEqual(
      answers.map(({ json }) => textIn(objectIn(json['error'])['code'])),
      ['ServiceUnavailable', 'ServiceUnavailable', 'serviceNotAvailable'],
    )
    assert(answers[0]?.headers['x-ms-keyvault-region'] === 'local', 'the headers of the wire are there')
  })

  test('answers the token endpoint as Entra does: temporarily_unavailable', async () => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'x', client_secret: 'y' })
    const { status, headers, json } = await asked(entraProtocol(domain), { url: `https://login.${domain}/t/oauth2/v2.0/token`, body })
    assert.deepEqual([status, headers['retry-after'], json['error'], json['error_codes']], [503, '5', 'temporarily_unavailable', [90033]])
    assert.match(textIn(json['error_description']), /^AADSTS90033: /)
    assert.match(headers['cache-control'] ?? '', /no-store/)
  })

  test('says the same to what is public, unknown or malformed; a host that nobody serves stays one', async () => {
    const metadata = `https://management.${domain}/metadata/endpoints?api-version=2019-05-01`
    assert.equal((await asked(armProtocol(domain), { url: metadata })).status, 503)
    assert.equal((await asked(keyVaultProtocol(domain), { url: `https://kv1.vault.${domain}/a/%2e%2e/b` })).status, 503)
    assert.equal((await asked(entraProtocol(domain), { method: 'PATCH', url: `https://login.${domain}/nothing` })).status, 503)
    assert.equal((await asked(strayProtocol, { url: 'https://elsewhere.example/' })).status, 421)
  })
})
