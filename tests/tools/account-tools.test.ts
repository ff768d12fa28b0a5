// sops, cosign, OpenTofu and Vault's auto-unseal library as they are published, each with a key of an account.
import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { CreateAliasCommand, DisableKeyCommand, EnableKeyCommand, RotateKeyOnDemandCommand } from '@aws-sdk/client-kms'
import { behindInstance } from '#tests/clients/behind.ts'
import type { Instance, Ran } from '#tests/clients/instance.ts'
import { accountOf } from './account.ts'
import { goProgram } from './go.ts'
import { clientPage } from './page.ts'
import { findProgram, ran, testMissing } from './programs.ts'

const canary = 'canary-77a0e2'
const programs = {
  sops: findProgram('sops', ['--disable-version-check', '--version']),
  cosign: findProgram('cosign', ['version']),
  tofu: findProgram('tofu', ['version']),
  seal: goProgram('seal'),
}
const missing = Object.entries(programs).flatMap(([name, program]) => (program === undefined ? [name] : []))

if (missing.length > 0) testMissing('tools with keys of an account', `no ${missing.join(', ')}`, ['sops', 'cosign', 'tofu', 'go'])
else testTools(await behindInstance(import.meta.filename))

type By = 'user' | 'stranger'

function testTools(instance: Instance): void {
  const { dir } = instance
  const account = accountOf(instance)
  const { kms } = account.clients
  const who: Record<By, NodeJS.ProcessEnv> = { user: {}, stranger: {} }
  const masks: [text: string | undefined, word: string][] = [
    [dir, '.'],
    [canary, 'VALUE'],
    [new URL(account.endpoint).host, 'HOST'],
  ]
  const page = clientPage(instance, {
    file: 'aws-tools.md',
    title: 'sops, cosign, OpenTofu and auto-unseal with keys of an account',
    lead: 'sops 3.13.3, cosign 3.1.3, OpenTofu 1.12.6 and go-kms-wrapping `awskms` 2.0.11, with the surroundings of `keystead env` and a user’s access key: `user` may use keys, `stranger` may do nothing.',
    masks,
    calls: 'as a set',
  })

  const run = async (program: keyof typeof programs, words: readonly string[], how: Run = {}): Promise<Ran> => {
    const { by = 'user', env = {}, cwd = dir, refusal } = how
    const path = programs[program] ?? assert.fail(program)
    const done = async (): Promise<Ran> => ran(path, words, { env: { ...who[by], ...env }, cwd })
    return page.ran(`${program} ${words.join(' ')}`, done, { by, ...(refusal !== undefined && { refusal }) })
  }
  interface Run {
    readonly by?: By
    readonly env?: NodeJS.ProcessEnv
    readonly cwd?: string
    readonly refusal?: RegExp
  }
  const keyOf = async (how: Parameters<typeof account.key>[0] = {}): Promise<string> => {
    const arn = await account.key(how)
    masks.push([arn, 'KEY'], [arn.split('/').at(-1), 'KEY'])
    return arn
  }

  describe('tools with keys of an account', { concurrency: 1, timeout: 300_000 }, () => {
    before(async () => {
      who.user = await account.user(
        'user',
        'kms:Encrypt',
        'kms:Decrypt',
        'kms:GenerateDataKey',
        'kms:DescribeKey',
        'kms:Sign',
        'kms:Verify',
        'kms:GetPublicKey',
      )
      who.stranger = await account.user('stranger')
    })
    after(async () => page.settle())

    test('sops keeps values of a file under a key, and opens them for who may use it', async () => {
      page.section('sops')
      const key = await keyOf()
      const [file, sealed] = [join(dir, 'secret.yaml'), join(dir, 'sealed.yaml')]
      writeFileSync(file, `password: ${canary}\n`)
      const quiet = '--disable-version-check'
      await run('sops', [quiet, 'encrypt', '--kms', key, '--encryption-context', 'team:payments', '--output', sealed, file])
      assert(!readFileSync(sealed, 'utf8').includes(canary))
      assert.equal((await run('sops', [quiet, 'decrypt', sealed])).stdout, `password: ${canary}\n`)
      await run('sops', [quiet, 'decrypt', sealed], { by: 'stranger', refusal: /AccessDenied/ })
      await kms.send(new DisableKeyCommand({ KeyId: key }))
      await run('sops', [quiet, 'decrypt', sealed], { refusal: /DisabledException/ })
      await kms.send(new EnableKeyCommand({ KeyId: key }))
    })

    test('cosign signs by a key, and the public key file alone verifies', async () => {
      page.section('cosign')
      await keyOf({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }).then(async arn =>
        kms.send(new CreateAliasCommand({ AliasName: 'alias/release', TargetKeyId: arn })),
      )
      const [blob, signature, pub] = [join(dir, 'release.tar'), join(dir, 'release.sig'), join(dir, 'release.pub')]
      writeFileSync(blob, 'what is released')
      const key = `awskms://${new URL(account.endpoint).host}/alias/release`
      const offline = ['--tlog-upload=false', '--use-signing-config=false', '--new-bundle-format=false']
      const env = { HOME: dir, COSIGN_PASSWORD: '' }
      const { stdout } = await run('cosign', ['public-key', '--key', key], { env })
      writeFileSync(pub, stdout)
      await run('cosign', ['sign-blob', '--yes', '--key', key, ...offline, '--output-signature', signature, blob], { env })
      const checked = ['--insecure-ignore-tlog=true', '--signature', signature]
      const { stderr } = await run('cosign', ['verify-blob', '--key', pub, ...checked, blob], { env })
      assert.match(stderr, /Verified OK/)
      assert(
        verify('sha256', readFileSync(blob), createPublicKey(readFileSync(pub)), Buffer.from(readFileSync(signature, 'utf8'), 'base64')),
      )
      await run('cosign', ['verify-blob', '--key', key, ...checked, blob], { env })
      await run('cosign', ['sign-blob', '--yes', '--key', key, ...offline, blob], { env, by: 'stranger', refusal: /AccessDenied/ })
    })

    test('OpenTofu keeps state and plans under a key', async () => {
      page.section('OpenTofu')
      const [key, folder] = [await keyOf(), join(dir, 'tofu')]
      mkdirSync(folder)
      copyFileSync(join(import.meta.dirname, 'tofu-account', 'main.tf'), join(folder, 'main.tf'))
      copyFileSync(join(import.meta.dirname, 'tofu', 'told.tf'), join(folder, 'told.tf'))
      const variables = { TF_VAR_key: key, TF_VAR_region: account.region, TF_VAR_told: canary }
      const how = { cwd: folder, env: { ...variables, TF_CLI_CONFIG_FILE: '/dev/null', TF_IN_AUTOMATION: '1' } }
      const tofu = async (words: readonly string[], more: Run = {}): Promise<Ran> =>
        run('tofu', [...words, '-no-color'], { ...how, ...more })
      await tofu(['init'])
      await tofu(['plan', '-out=plan'])
      await tofu(['apply', 'plan'])
      for (const file of ['plan', 'terraform.tfstate']) assert(!readFileSync(join(folder, file), 'latin1').includes(canary), file)
      await kms.send(new RotateKeyOnDemandCommand({ KeyId: key }))
      assert.equal((await tofu(['output', '-raw', 'told'])).stdout, canary)
      await tofu(['output', '-raw', 'told'], { by: 'stranger', refusal: /AccessDenied/ })
      await kms.send(new DisableKeyCommand({ KeyId: key }))
      await tofu(['output', '-raw', 'told'], { refusal: /DisabledException/ })
    })

    test('the auto-unseal of Vault shuts and opens a root key', async () => {
      page.section('Auto-unseal')
      const [key, file] = [await keyOf(), join(dir, 'root-key')]
      const env = { SEAL: 'awskms', VAULT_AWSKMS_SEAL_KEY_ID: key, AWS_KMS_ENDPOINT: account.endpoint }
      const root = (await run('seal', ['shut', file], { env })).stdout
      assert.match(root, /^[\da-f]{64}\n$/)
      await kms.send(new RotateKeyOnDemandCommand({ KeyId: key }))
      assert.equal((await run('seal', ['open', file], { env })).stdout, root)
      await run('seal', ['open', file], { env, by: 'stranger', refusal: /AccessDenied/ })
      await kms.send(new DisableKeyCommand({ KeyId: key }))
      await run('seal', ['open', file], { env, refusal: /DisabledException/ })
    })
  })
}
