// The library that Vault's auto-unseal consists of: a root key under an RSA key of a vault, by wrapkey and unwrapkey.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { azureOf, type Application } from '#tests/clients/azure.ts'
import { behindInstance } from '#tests/clients/behind.ts'
import type { Instance } from '#tests/clients/instance.ts'
import { goProgram } from './go.ts'
import { clientPage } from './page.ts'
import { ran, testMissing } from './programs.ts'
import { houseOf, nobody, surroundingsOf, type House } from './vault.ts'

const seal = goProgram('seal')
if (seal === undefined) testMissing('auto-unseal', 'no go, or not the modules of tests/tools/go', ['go'])
else testSeal(seal, await behindInstance(import.meta.filename))

function testSeal(program: string, instance: Instance): void {
  const { environment, dir } = instance
  const page = clientPage(instance, {
    file: 'auto-unseal.md',
    title: 'Auto-unseal of Vault and OpenBao',
    lead: [
      'go-kms-wrapping, wrapper `azurekeyvault` 2.0.14, which both servers consist of in this, in a main of 50 lines (`tests/tools/go/seal`).',
      'Besides the surroundings of `keystead env`: `AZURE_AD_RESOURCE=vault.keystead.test`, `VAULT_AZUREKEYVAULT_VAULT_NAME`, `VAULT_AZUREKEYVAULT_KEY_NAME`.',
      '`service` is Key Vault Crypto Service Encryption User, `reader` Key Vault Reader; before the third opening the key was rotated, before the last disabled.',
    ].join('\n'),
    masks: [[dir, '.']],
  })
  const file = join(dir, 'root-key')
  let house: House
  let officer: Application
  const who: Record<'service' | 'reader', Application> = { service: nobody, reader: nobody }

  async function run(by: 'service' | 'reader', word: 'shut' | 'open', refusal?: RegExp): Promise<string> {
    const around = surroundingsOf(instance, who[by])
    const named = { VAULT_AZUREKEYVAULT_VAULT_NAME: house.name, VAULT_AZUREKEYVAULT_KEY_NAME: 'unseal' }
    const env = { ...around.env, ...named, AZURE_AD_RESOURCE: environment.endpoints.vaultSuffix.slice(1) }
    const done = async () => ran(program, [word, file], { ...around, env })
    return (await page.ran(`seal ${word} ${file}`, done, { by, ...(refusal !== undefined && { refusal }) })).stdout
  }

  describe('the auto-unseal of Vault', { concurrency: 1, timeout: 180_000 }, () => {
    before(async () => {
      house = await houseOf(instance, 'kv-seal')
      officer = await house.application('officer', 'Key Vault Crypto Officer')
      who.service = await house.application('service', 'Key Vault Crypto Service Encryption User')
      who.reader = await house.application('reader', 'Key Vault Reader')
      await azureOf(environment, officer).keys(house.name).createRsaKey('unseal', { keySize: 2048 })
    })
    after(async () => page.settle())

    test('opens the root key that it shut, and opens it still after the key was rotated', async () => {
      const root = await run('service', 'shut')
      assert.match(root, /^[\da-f]{64}\n$/)
      assert(readFileSync(file).length > 256)
      assert.equal(await run('service', 'open'), root)
      await azureOf(environment, officer).keys(house.name).rotateKey('unseal')
      assert.equal(await run('service', 'open'), root)
    })

    test('opens nothing for who may read the vault and use no key', async () => {
      assert.equal(await run('reader', 'open', /ForbiddenByRbac/), '')
    })

    test('opens nothing once the key is disabled', async () => {
      const keys = azureOf(environment, officer).keys(house.name)
      const { version = '' } = (await keys.getKey('unseal')).properties
      for await (const { version: each = version } of keys.listPropertiesOfKeyVersions('unseal'))
        await keys.updateKeyProperties('unseal', each, { enabled: false })
      assert.equal(await run('service', 'open', /KeyDisabled/), '')
    })
  })
}
