import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { beginCall, keepsake, type Call } from '#domain/call.ts'
import { millis, seq } from '#model/brands.ts'
import { anonymous } from '#model/principal.ts'
import { amzJson } from './answers.ts'
import { noteAnswer, noteParameters, type Trail } from './trail.ts'

function begun(): Call {
  const source = { requestId: 'r', plane: 'kms' }
  const call = beginCall({ source, at: millis(0), decidedAt: seq(0), operation: 'O', resource: '', who: anonymous, keepsake: keepsake() })
  call.trail = { region: 'us-east-1', readOnly: true, resources: [] }
  return call
}

const body = {
  KeyId: 'k',
  Plaintext: new Uint8Array([1, 2, 3]),
  GrantTokens: ['t'],
  EncryptionContext: new Map([['Team', 'Blue']]),
  Constraints: { EncryptionContextSubset: new Map([['A', 'b']]), Key: new Uint8Array(1) },
  Tags: [{ TagKey: 'K', TagValue: 'V' }],
}

describe('what the trail shows of a body', () => {
  const shown = (parameters: Trail<typeof body>['parameters']) => {
    const call = begun()
    noteParameters(call, { parameters, readOnly: true }, body)
    return call.trail?.parameters
  }

  test('are the members that its operation names, in lower camel case; keys of maps are as they came', () => {
    assert.deepEqual(shown(['keyId', 'encryptionContext', 'constraints', 'tags', 'absent']), {
      keyId: 'k',
      encryptionContext: { Team: 'Blue' },
      constraints: { encryptionContextSubset: { A: 'b' }, key: undefined },
      tags: [{ tagKey: 'K', tagValue: 'V' }],
    })
  })

  test('is never bytes, even where they are named', () => {
    assert.deepEqual(shown(['plaintext']), undefined)
    assert.deepEqual(
      shown(({ KeyId, Plaintext }) => ({ keyId: KeyId, Plaintext })),
      { keyId: 'k', plaintext: undefined },
    )
  })
})

test('of an answer it shows what is named, and of a refusal nothing', () => {
  const trail: Trail<unknown> = { parameters: [], answer: ['grantId'], readOnly: false }
  const call = begun()
  noteAnswer(call, trail, { ...amzJson({ GrantId: 'g', GrantToken: 'secret' }), status: 400 })
  assert.equal(call.trail?.answer, undefined)
  noteAnswer(call, trail, amzJson({ GrantId: 'g', GrantToken: 'secret' }))
  assert.deepEqual(call.trail?.answer, { grantId: 'g' })
})
