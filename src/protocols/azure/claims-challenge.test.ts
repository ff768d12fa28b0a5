import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Problem } from '#model/problem.ts'
import { claimsChallenge } from './claims-challenge.ts'

describe('a claims challenge', () => {
  for (const issuedAfter of [1_800_000_000, 99, 1_234, 12_345])
    test(`asks for a token from ${issuedAfter} on, in base64 that no parser splits`, () => {
      const text = claimsChallenge(new Problem({ code: 'TokenRevoked', details: { issuedAfter } }))
      const [, claims = ''] = /^error="insufficient_claims", claims="([A-Za-z0-9+/]+)"$/.exec(text) ?? []
      assert.deepEqual(JSON.parse(Buffer.from(claims, 'base64').toString()), {
        access_token: { nbf: { essential: true, value: issuedAfter.toString() } },
      })
    })

  test('is only for a revoked token whose client understands it', () => {
    assert.equal(claimsChallenge(new Problem({ code: 'TokenRevoked', details: { issuedAfter: undefined } })), '')
    assert.equal(claimsChallenge(new Problem({ code: 'TokenExpired' })), '')
    assert.equal(claimsChallenge(new Error('a bug')), '')
  })
})
