import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { listed, type Az } from './session.ts'

const secretShape = z.looseObject({ id: z.string(), value: z.string().nullable() })

export function secrets(az: Az): void {
  const of = ['--vault-name', az.vault]
  const at = (name: string): readonly string[] => [...of, '--name', name]

  describe('az keyvault secret', () => {
    test('a secret is set twice, and each version has its value', async () => {
      const first = await az.read(
        secretShape,
        'keyvault',
        'secret',
        'set',
        ...at('password'),
        '--value',
        'first',
        '--description',
        'text/plain',
      )
      await az.run('keyvault', 'secret', 'set', ...at('password'), '--value', 'second')
      assert.equal((await az.read(secretShape, 'keyvault', 'secret', 'show', ...at('password'))).value, 'second')
      assert.equal((await az.read(secretShape, 'keyvault', 'secret', 'show', '--id', first.id)).value, 'first')
      assert.equal((await az.read(listed, 'keyvault', 'secret', 'list-versions', ...at('password'))).length, 2)
    })

    test('lists never show values', async () => {
      const [one] = await az.read(z.array(z.looseObject({ name: z.string() })), 'keyvault', 'secret', 'list', ...of)
      assert(one !== undefined && !JSON.stringify(one).includes('second'))
    })

    test('it is downloaded, disabled and enabled', async () => {
      await az.run('keyvault', 'secret', 'download', ...at('password'), '--file', az.path('password'))
      assert.equal(readFileSync(az.path('password'), 'utf8'), 'second')
      await az.run('keyvault', 'secret', 'set-attributes', ...at('password'), '--enabled', 'false')
      await az.refused(/SecretDisabled/, 'keyvault', 'secret', 'show', ...at('password'))
      await az.run('keyvault', 'secret', 'set-attributes', ...at('password'), '--enabled', 'true')
    })

    test('a deleted secret is listed, recovered, deleted again, purged, and restored from its backup', async () => {
      await az.run('keyvault', 'secret', 'backup', ...at('password'), '--file', az.path('password.backup'))
      await az.run('keyvault', 'secret', 'delete', ...at('password'))
      assert.equal((await az.read(listed, 'keyvault', 'secret', 'list-deleted', ...of)).length, 1)
      await az.run('keyvault', 'secret', 'show-deleted', ...at('password'))
      await az.run('keyvault', 'secret', 'recover', ...at('password'))
      await az.run('keyvault', 'secret', 'delete', ...at('password'))
      await az.run('keyvault', 'secret', 'purge', ...at('password'))
      await az.refused(/SecretNotFound/, 'keyvault', 'secret', 'show', ...at('password'))
      await az.run('keyvault', 'secret', 'restore', ...of, '--file', az.path('password.backup'))
      assert.equal((await az.read(secretShape, 'keyvault', 'secret', 'show', ...at('password'))).value, 'second')
    })
  })
}
