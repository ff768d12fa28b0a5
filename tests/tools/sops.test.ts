// sops as it is published: a file's data key under an RSA key of a vault, found by its URL.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { azureOf, type Application } from '#tests/clients/azure.ts'
import { behindInstance } from '#tests/clients/behind.ts'
import type { Instance } from '#tests/clients/instance.ts'
import { canary } from '#tests/left-behind/noted.ts'
import { clientPage } from './page.ts'
import { findProgram, ran, testMissing } from './programs.ts'
import { houseOf, nobody, surroundingsOf } from './vault.ts'

const sops = findProgram('sops', ['--disable-version-check', '--version'])
if (sops === undefined) testMissing('sops', 'no sops', ['sops'])
else testSops(sops, await behindInstance(import.meta.filename))

const plain = `database: postgres\npassword: ${canary('sops')}\n`

function testSops(program: string, instance: Instance): void {
  const page = clientPage(instance, {
    file: 'sops.md',
    title: 'sops',
    lead: 'sops 3.13.3, with the surroundings of `keystead env` and an application’s credentials: `user` is Key Vault Crypto User, `reader` is Key Vault Reader.',
    masks: [[instance.dir, '.']],
  })
  const [file, sealed] = [join(instance.dir, 'secret.yaml'), join(instance.dir, 'sealed.yaml')]
  const who: Record<'user' | 'reader', Application> = { user: nobody, reader: nobody }
  let key = ''

  const run = async (by: keyof typeof who, words: readonly string[], refusal?: RegExp): Promise<string> => {
    const done = async () => ran(program, ['--disable-version-check', ...words], surroundingsOf(instance, who[by]))
    const { stdout } = await page.ran(`sops ${words.join(' ')}`, done, { by, ...(refusal !== undefined && { refusal }) })
    return stdout
  }

  describe('sops', { concurrency: 1, timeout: 180_000 }, () => {
    before(async () => {
      const house = await houseOf(instance, 'kv-sops')
      const officer = await house.application('officer', 'Key Vault Crypto Officer')
      who.user = await house.application('user', 'Key Vault Crypto User')
      who.reader = await house.application('reader', 'Key Vault Reader')
      key = (await azureOf(instance.environment, officer).keys(house.name).createRsaKey('files', { keySize: 3072 })).id ?? ''
      writeFileSync(file, plain)
    })
    after(async () => page.settle())

    test('encrypts every value of a file, and nothing of them stands in it', async () => {
      await run('user', ['encrypt', '--azure-kv', key, '--output', sealed, file])
      const text = readFileSync(sealed, 'utf8')
      assert.match(text, /password: ENC\[AES256_GCM,/)
      assert(!text.includes('battery'))
    })

    test('decrypts it to what it was', async () => {
      assert.equal(await run('user', ['decrypt', sealed]), plain)
    })

    test('does not decrypt it for who may read the vault and use no key', async () => {
      assert(!(await run('reader', ['decrypt', sealed], /ForbiddenByRbac/)).includes('battery'))
    })
  })
}
