// OpenTofu as it is published: state and plans encrypted under a key of a vault (key provider `azure_vault`).
import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { azureOf, type Application } from '#tests/clients/azure.ts'
import { behindInstance } from '#tests/clients/behind.ts'
import type { Instance, Ran } from '#tests/clients/instance.ts'
import { clientPage } from './page.ts'
import { findProgram, ran, testMissing } from './programs.ts'
import { houseOf, nobody, surroundingsOf, type House } from './vault.ts'

const canary = 'canary-9d20c7'
const tofu = findProgram('tofu', ['version'])
if (tofu === undefined) testMissing('OpenTofu', 'no tofu', ['tofu'])
else testTofu(tofu, await behindInstance(import.meta.filename))

function testTofu(program: string, instance: Instance): void {
  const { dir, environment } = instance
  const page = clientPage(instance, {
    file: 'opentofu.md',
    title: 'OpenTofu',
    lead: [
      'OpenTofu 1.12.6, state and plans under a key of a vault by `tests/tools/tofu/main.tf`, with the surroundings of `keystead env`.',
      '`user` is Key Vault Crypto User, `reader` Key Vault Reader; before the last command the key was disabled.',
    ].join('\n'),
    masks: [[canary, 'VALUE']],
    calls: 'as a set',
  })
  const folder = join(dir, 'tofu')
  const who: Record<'user' | 'reader', Application> = { user: nobody, reader: nobody }
  let officer: Application
  let house: House

  async function run(by: 'user' | 'reader', words: readonly string[], refusal?: RegExp): Promise<Ran> {
    const around = surroundingsOf(instance, who[by])
    // The shell may name a file of its own, or one that is not there.
    const env = { ...around.env, TF_CLI_CONFIG_FILE: '/dev/null', TF_IN_AUTOMATION: '1', TF_VAR_vault_uri: house.url, TF_VAR_told: canary }
    const done = async () => ran(program, [...words, '-no-color'], { env, cwd: folder })
    return page.ran(`tofu ${words.join(' ')}`, done, { by, ...(refusal !== undefined && { refusal }) })
  }
  const kept = (file: string): string => readFileSync(join(folder, file), 'latin1')

  describe('OpenTofu', { concurrency: 1, timeout: 180_000 }, () => {
    before(async () => {
      house = await houseOf(instance, 'kv-tofu')
      officer = await house.application('officer', 'Key Vault Crypto Officer')
      who.user = await house.application('user', 'Key Vault Crypto User')
      who.reader = await house.application('reader', 'Key Vault Reader')
      await azureOf(environment, officer).keys(house.name).createRsaKey('state', { keySize: 2048 })
      mkdirSync(folder)
      for (const name of ['main.tf', 'told.tf']) copyFileSync(join(import.meta.dirname, 'tofu', name), join(folder, name))
    })
    after(async () => page.settle())

    test('keeps a plan and a state that say nothing of what is in them', async () => {
      await run('user', ['init'])
      await run('user', ['plan', '-out=plan'])
      await run('user', ['apply', 'plan'])
      for (const file of ['plan', 'terraform.tfstate']) assert(!kept(file).includes(canary), file)
      assert.match(kept('terraform.tfstate'), /"encrypted_data":/)
    })

    test('reads it back, and after a rotation too', async () => {
      assert.equal((await run('user', ['output', '-raw', 'told'])).stdout, canary)
      await azureOf(environment, officer).keys(house.name).rotateKey('state')
      assert.equal((await run('user', ['output', '-raw', 'told'])).stdout, canary)
    })

    test('reads nothing for who may read the vault and use no key, and nothing once the key is disabled', async () => {
      await run('reader', ['output', '-raw', 'told'], /ForbiddenByRbac/)
      const keys = azureOf(environment, officer).keys(house.name)
      for await (const { version = '' } of keys.listPropertiesOfKeyVersions('state'))
        await keys.updateKeyProperties('state', version, { enabled: false })
      await run('user', ['output', '-raw', 'told'], /KeyDisabled/)
    })
  })
}
