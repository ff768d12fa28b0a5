import assert from 'node:assert/strict'
import { test } from 'node:test'
import { secretTextOf } from './client-secrets.ts'

test('the text of a secret is all of its bytes, and no command line takes it for an option', () => {
  const bytes = Uint8Array.from({ length: 30 }, (_, at) => at * 8 + 5)
  assert.equal(secretTextOf(bytes), Buffer.from(bytes).toString('base64url'))
  for (let first = 0; first < 256; first++) {
    const text = secretTextOf(Uint8Array.from({ length: 30 }, () => first))
    assert.match(text, /^[A-Za-z0-9_][\w-]{39}$/)
  }
})
