// cosign as it is published: a signing key in a vault, signatures that the public key file alone verifies.
// cosign asks the public cloud for its tokens, whatever AZURE_AUTHORITY_HOST says (terraform-and-clients.md 0.4): it signs in by az.
import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Application } from '#tests/clients/azure.ts'
import { behindInstance } from '#tests/clients/behind.ts'
import type { Instance, Ran } from '#tests/clients/instance.ts'
import { clientPage } from './page.ts'
import { findProgram, ran, testMissing } from './programs.ts'
import { houseOf } from './vault.ts'

const [cosign, az] = [findProgram('cosign', ['version']), findProgram('az', ['version'])]
if (cosign === undefined || az === undefined) testMissing('cosign', 'no cosign, or no az for it to sign in by', ['cosign', 'az'])
else testCosign({ cosign, az }, await behindInstance(import.meta.filename))

function testCosign(program: { readonly cosign: string; readonly az: string }, instance: Instance): void {
  const { dir, environment } = instance
  const page = clientPage(instance, {
    file: 'cosign.md',
    title: 'cosign',
    lead: [
      'cosign 3.1.3. It asks the public cloud for tokens whatever `AZURE_AUTHORITY_HOST` says, so it signs in by `az` (2.91.0, logged in through',
      '`keystead exec`), with `AZURE_TOKEN_CREDENTIALS=dev`. No transparency log is asked.',
    ].join('\n'),
    masks: [[dir, '.']],
  })
  const key = `azurekms://kv-cosign${environment.endpoints.vaultSuffix}/release`
  const [blob, signature] = [join(dir, 'release.tar'), join(dir, 'release.sig')]
  const offline = ['--tlog-upload=false', '--use-signing-config=false', '--new-bundle-format=false']
  const profile = (name: string): NodeJS.ProcessEnv => ({
    ...process.env,
    PATH: [dirname(program.az), process.env['PATH']].join(delimiter),
    AZURE_CONFIG_DIR: join(dir, name),
    AZURE_TOKEN_CREDENTIALS: 'dev',
    COSIGN_PASSWORD: '',
    HOME: dir,
  })

  async function signIn(name: string, { clientId, clientSecret }: Application): Promise<void> {
    mkdirSync(join(dir, name))
    const by = ['--username', clientId, '--password', clientSecret, '--tenant', environment.tenantId]
    const words = ['login', '--service-principal', ...by, '--allow-no-subscriptions', '--output', 'none']
    const { code, stderr } = await ran(program.az, words, { env: profile(name), cwd: dir })
    assert.equal(code, 0, stderr)
  }

  const run = async (by: string, words: readonly string[], refusal?: RegExp): Promise<Ran> => {
    const done = async () => ran(program.cosign, words, { env: profile(by), cwd: dir })
    return page.ran(`cosign ${words.join(' ')}`, done, { by, ...(refusal !== undefined && { refusal }) })
  }

  describe('cosign', { concurrency: 1, timeout: 300_000 }, () => {
    before(async () => {
      const house = await houseOf(instance, 'kv-cosign')
      await signIn('officer', await house.application('officer', 'Key Vault Crypto Officer', 'Key Vault Crypto User'))
      await signIn('reader', await house.application('reader', 'Key Vault Reader'))
      writeFileSync(blob, 'what is released')
    })
    after(async () => page.settle())

    test('makes a key in the vault and keeps its public half alone', async () => {
      await run('officer', ['generate-key-pair', '--kms', key])
      assert.equal(createPublicKey(readFileSync(join(dir, 'cosign.pub'))).asymmetricKeyDetails?.namedCurve, 'prime256v1')
    })

    test('signs a blob, and the public key file alone verifies the signature, by cosign and by Node', async () => {
      await run('officer', ['sign-blob', '--yes', '--key', key, ...offline, '--output-signature', signature, blob])
      const { stderr } = await run('officer', [
        'verify-blob',
        '--key',
        'cosign.pub',
        '--insecure-ignore-tlog=true',
        '--signature',
        signature,
        blob,
      ])
      assert.match(stderr, /Verified OK/)
      const signed = Buffer.from(readFileSync(signature, 'utf8'), 'base64')
      const publicKey = createPublicKey(readFileSync(join(dir, 'cosign.pub')))
      assert(verify('sha256', readFileSync(blob), publicKey, signed))
      assert(!verify('sha256', Buffer.from('what is not'), publicKey, signed))
    })

    test('verifies by the vault, and not what was changed', async () => {
      const words = ['verify-blob', '--key', key, '--insecure-ignore-tlog=true', '--signature', signature]
      await run('officer', [...words, blob])
      const other = join(dir, 'other.tar')
      writeFileSync(other, 'what was changed')
      await run('officer', [...words, other], /failed vault verification/)
    })

    test('signs nothing for who may read the vault and use no key', async () => {
      await run('reader', ['sign-blob', '--yes', '--key', key, ...offline, blob], /ForbiddenByRbac/)
    })
  })
}
