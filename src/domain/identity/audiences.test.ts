import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { audiencesOf, resourceOf } from './audiences.ts'

const domain = 'keystead.test'

describe('what a token is asked for', () => {
  test('is named by our own hosts at any port, by the public cloud’s names and by application ids', () => {
    for (const [text, name] of [
      ['https://vault.keystead.test', 'keyvault'],
      ['https://vault.keystead.test:443', 'keyvault'],
      ['https://vault.keystead.test:8443/', 'keyvault'],
      ['https://management.keystead.test:8443//', undefined],
      ['https://management.keystead.test:8443', 'arm'],
      ['https://vault.azure.net', 'keyvault'],
      ['https://vault.azure.net:443', undefined],
      ['cfa8b339-82a2-471a-a3c9-0fc0be7a4093', 'keyvault'],
      ['https://kv1.vault.keystead.test', undefined],
      ['https://vault.keystead.test:8443.evil.example', undefined],
      ['https://vault.keystead.test:123456', undefined],
      ['http://vault.keystead.test', undefined],
      ['https://a1.blob.keystead.test:8443', 'storage'],
    ] as const)
      assert.equal(resourceOf(text, { domain }), name, text)
  })

  test('is taken by the listener that was reached by this port, and by it alone', () => {
    const taken = audiencesOf('keyvault', { domain, portSuffix: ':8443' })
    assert.ok(taken.includes('https://vault.keystead.test:8443') && taken.includes('https://vault.keystead.test'))
    assert.ok(!taken.includes('https://vault.keystead.test:443'))
  })
})
