// azure-identity and azure-security-keyvault for Java as they are published: DefaultAzureCredential, names and trust by JAVA_TOOL_OPTIONS.
import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { behindInstance } from '#tests/clients/behind.ts'
import type { Application } from '#tests/clients/azure.ts'
import type { Instance } from '#tests/clients/instance.ts'
import { clientPage } from './page.ts'
import { clientFolder, findProgram, ran, testMissing } from './programs.ts'
import { houseOf, surroundingsOf, type House } from './vault.ts'

const java = findProgram('java', ['-version'])
const jars = globSync(join(clientFolder('java'), '*.jar'))
if (java === undefined || jars.length === 0) testMissing('Java', 'no java, or not the jars of tests/tools/java/pom.xml', ['java'])
else testJava(java, await behindInstance(import.meta.filename))

function testJava(program: string, instance: Instance): void {
  const used = ['azure-identity', 'azure-security-keyvault-keys', 'azure-security-keyvault-secrets']
  const versions = jars.map(jar => basename(jar, '.jar')).filter(name => used.some(one => name.startsWith(`${one}-`)))
  const page = clientPage(instance, {
    file: 'java.md',
    title: 'Java',
    lead: `${versions.toSorted().join(', ')}; the program is \`tests/tools/java/Client.java\`.`,
    masks: [],
  })
  let house: House
  let officer: Application
  let user: Application

  const step = async (by: Application, name: string, what: string): Promise<void> => {
    const words = ['-cp', join(clientFolder('java'), '*'), join(import.meta.dirname, 'java', 'Client.java'), house.url, name]
    await page.told(what, async () => {
      const { code, stdout, stderr } = await ran(program, words, surroundingsOf(instance, by))
      assert.deepEqual([code, stdout.trim()], [0, name], stderr)
    })
  }

  describe('Java', { concurrency: 1, timeout: 300_000 }, () => {
    before(async () => {
      house = await houseOf(instance, 'kv-java')
      officer = await house.application('officer', 'Key Vault Administrator')
      user = await house.application('user', 'Key Vault Crypto User')
    })
    after(async () => page.settle())

    test('keys: made, wrapped, encrypted, signed as Java’s own verifier sees it, rotated, deleted and recovered', async () => {
      await step(
        officer,
        'keys',
        'createRsaKey, wrapKey, unwrapKey, encrypt, decrypt, sign, rotateKey, list, beginDeleteKey, beginRecoverDeletedKey',
      )
    })

    test('secrets: versions, deletion, recovery', async () => {
      await step(officer, 'secrets', 'setSecret, getSecret, beginDeleteSecret, beginRecoverDeletedSecret')
    })

    test('who may use keys and not make them is refused with 403', async () => {
      await step(user, 'refused', 'createRsaKey (refused), getKey')
    })
  })
}
