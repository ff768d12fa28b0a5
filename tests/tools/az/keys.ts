import assert from 'node:assert/strict'
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { listed, type Az } from './session.ts'

const keyShape = z.looseObject({
  key: z.looseObject({ kid: z.string(), kty: z.string(), n: z.string().nullable(), crv: z.string().nullable() }),
  attributes: z.looseObject({ enabled: z.boolean() }),
})
const resultShape = z.looseObject({ result: z.string() })
const signedShape = z.looseObject({ signature: z.string() })
const verdictShape = z.looseObject({ isValid: z.boolean() })

export function keys(az: Az): void {
  const of = ['--vault-name', az.vault]
  const at = (name: string): readonly string[] => [...of, '--name', name]

  describe('az keyvault key', () => {
    test('keys are made, of RSA and of a curve, shown, listed, changed', async () => {
      const rsa = await az.read(keyShape, 'keyvault', 'key', 'create', ...at('cmk'), '--kty', 'RSA', '--size', '3072')
      assert.equal(Buffer.from(rsa.key.n ?? '', 'base64').length, 384)
      const ec = await az.read(keyShape, 'keyvault', 'key', 'create', ...at('signer'), '--kty', 'EC', '--curve', 'P-256')
      assert.equal(ec.key.crv, 'P-256')
      assert.equal((await az.read(keyShape, 'keyvault', 'key', 'show', ...at('cmk'))).key.kid, rsa.key.kid)
      const names = new Set((await az.read(listed, 'keyvault', 'key', 'list', ...of)).map(({ name }) => name))
      assert(names.has('cmk') && names.has('signer'))
      const tagged = z.looseObject({ tags: z.looseObject({ use: z.string() }) })
      assert.equal((await az.read(tagged, 'keyvault', 'key', 'set-attributes', ...at('cmk'), '--tags', 'use=disks')).tags.use, 'disks')
    })

    test('what is encrypted is decrypted; what is signed is verified, and not what was changed', async () => {
      const value = Buffer.from('what az encrypts').toString('base64')
      const by = ['--algorithm', 'RSA-OAEP-256', '--data-type', 'base64']
      const { result } = await az.read(resultShape, 'keyvault', 'key', 'encrypt', ...at('cmk'), ...by, '--value', value)
      az.hide(result, 'CIPHERTEXT')
      assert.notEqual(result, value)
      assert.equal((await az.read(resultShape, 'keyvault', 'key', 'decrypt', ...at('cmk'), ...by, '--value', result)).result, value)
      const [digest, other] = ['said', 'changed'].map(text => createHash('sha256').update(text).digest('base64'))
      const { signature } = await az.read(
        signedShape,
        'keyvault',
        'key',
        'sign',
        ...at('signer'),
        '--algorithm',
        'ES256',
        '--digest',
        digest ?? '',
      )
      az.hide(signature, 'SIGNATURE')
      for (const [said, valid] of [
        [digest, true],
        [other, false],
      ] as const) {
        const words = ['--algorithm', 'ES256', '--digest', said ?? '', '--signature', signature]
        assert.equal((await az.read(verdictShape, 'keyvault', 'key', 'verify', ...at('signer'), ...words)).isValid, valid)
      }
    })

    test('a key is rotated, by hand and by a policy that is kept', async () => {
      const first = await az.read(keyShape, 'keyvault', 'key', 'show', ...at('cmk'))
      const second = await az.read(keyShape, 'keyvault', 'key', 'rotate', ...at('cmk'))
      assert.notEqual(second.key.kid, first.key.kid)
      assert.equal((await az.read(listed, 'keyvault', 'key', 'list-versions', ...at('cmk'))).length, 2)
      const policy = {
        lifetimeActions: [{ trigger: { timeBeforeExpiry: 'P30D' }, action: { type: 'Rotate' } }],
        attributes: { expiryTime: 'P90D' },
      }
      writeFileSync(az.path('policy.json'), JSON.stringify(policy))
      await az.run('keyvault', 'key', 'rotation-policy', 'update', ...at('cmk'), '--value', az.path('policy.json'))
      const shown = await az.read(z.looseObject({ expiresIn: z.string() }), 'keyvault', 'key', 'rotation-policy', 'show', ...at('cmk'))
      assert.equal(shown.expiresIn, 'P90D')
    })

    test('a key from outside is imported, and its public half downloaded', async () => {
      const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
      writeFileSync(az.path('brought.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
      await az.run('keyvault', 'key', 'import', ...at('brought'), '--pem-file', az.path('brought.pem'))
      await az.run('keyvault', 'key', 'download', ...at('brought'), '--file', az.path('brought.pub'), '--encoding', 'PEM')
      assert(createPublicKey(readFileSync(az.path('brought.pub'))).equals(publicKey))
      writeFileSync(az.path('broken.pem'), '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n', { mode: 0o600 })
      await az.refused(
        /ValueError|Could not|unsupported|deserialize/i,
        'keyvault',
        'key',
        'import',
        ...at('broken'),
        '--pem-file',
        az.path('broken.pem'),
      )
    })

    test('a disabled key does nothing', async () => {
      await az.run('keyvault', 'key', 'set-attributes', ...at('signer'), '--enabled', 'false')
      const digest = createHash('sha256').update('said').digest('base64')
      await az.refused(/KeyDisabled/, 'keyvault', 'key', 'sign', ...at('signer'), '--algorithm', 'ES256', '--digest', digest)
      await az.run('keyvault', 'key', 'set-attributes', ...at('signer'), '--enabled', 'true')
    })

    test('a deleted key is listed, recovered, deleted again, purged, and restored from its backup', async () => {
      await az.run('keyvault', 'key', 'backup', ...at('signer'), '--file', az.path('signer.backup'))
      await az.run('keyvault', 'key', 'delete', ...at('signer'))
      assert.equal((await az.read(listed, 'keyvault', 'key', 'list-deleted', ...of)).length, 1)
      await az.run('keyvault', 'key', 'show-deleted', ...at('signer'))
      await az.run('keyvault', 'key', 'recover', ...at('signer'))
      await az.run('keyvault', 'key', 'delete', ...at('signer'))
      await az.run('keyvault', 'key', 'purge', ...at('signer'))
      await az.refused(/KeyNotFound/, 'keyvault', 'key', 'show', ...at('signer'))
      await az.run('keyvault', 'key', 'restore', ...of, '--file', az.path('signer.backup'))
      assert.equal((await az.read(keyShape, 'keyvault', 'key', 'show', ...at('signer'))).key.crv, 'P-256')
    })
  })
}
