import assert from 'node:assert/strict'
import { test } from 'node:test'
import { objectNamed } from './object-name.ts'
import { CommandFailed, exits } from './output.ts'

const version = '0123456789abcdef0123456789abcdef'

test('a key is named by vault and name, with a version, or by its URL with a port or without', () => {
  const named = (text: string) => {
    const { vault, name, version: its, shown, path } = objectNamed(text, 'keys')
    return [vault, name, its, shown, path]
  }
  assert.deepEqual(named('KV1/k1'), ['kv1', 'k1', undefined, 'kv1/k1', '/keys/k1'])
  assert.deepEqual(named(`kv1/k1/${version}`), ['kv1', 'k1', version, 'kv1/k1', `/keys/k1/${version}`])
  assert.deepEqual(named(`https://kv1.vault.keystead.test:8443/keys/k1/${version}/`), [
    'kv1',
    'k1',
    version,
    'kv1/k1',
    `/keys/k1/${version}`,
  ])
})

test('what is no name of a key is usage, and reaches no path', () => {
  for (const text of ['', 'k1', 'kv1/', 'kv1/a/b/c', 'kv1/../x', 'kv1/k1?x=1', 'https://kv1.vault.keystead.test/secrets/s1', 'kv1.evil/k1'])
    assert.throws(
      () => objectNamed(text, 'keys'),
      (error: unknown) => error instanceof CommandFailed && error.failure.exit === exits.usage,
      text,
    )
})
