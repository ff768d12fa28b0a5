// azidentity, azkeys, azsecrets, azcertificates for Go as they are published: DefaultAzureCredential, trust by SSL_CERT_FILE, names by HTTPS_PROXY.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { after, before, describe, test } from 'node:test'
import { behindInstance } from '#tests/clients/behind.ts'
import type { Application } from '#tests/clients/azure.ts'
import type { Instance } from '#tests/clients/instance.ts'
import { goProgram } from './go.ts'
import { clientPage } from './page.ts'
import { ran, testMissing } from './programs.ts'
import { houseOf, surroundingsOf, type House } from './vault.ts'

const client = goProgram('client')
if (client === undefined) testMissing('Go', 'no go, or not the modules of tests/tools/go', ['go'])
else testGo(client, await behindInstance(import.meta.filename))

function testGo(program: string, instance: Instance): void {
  const versions = spawnSync('go', ['version', '-m', program], { encoding: 'utf8' }).stdout
  const version = (name: string): string => `${name} ${new RegExp(String.raw`/${name}\s+v(\S+)`).exec(versions)?.[1]}`
  const page = clientPage(instance, {
    file: 'go.md',
    title: 'Go',
    lead: `${['azidentity', 'azkeys', 'azsecrets', 'azcertificates'].map(version).join(', ')}; the program is \`tests/tools/go/client\`.`,
    masks: [],
  })
  let house: House
  let officer: Application
  let user: Application

  const step = async (by: Application, name: string, what: string): Promise<void> => {
    await page.told(what, async () => {
      const { code, stdout, stderr } = await ran(program, [house.url, name], surroundingsOf(instance, by))
      assert.deepEqual([code, stdout.trim()], [0, name], stderr)
    })
  }

  describe('Go', { concurrency: 1, timeout: 180_000 }, () => {
    before(async () => {
      house = await houseOf(instance, 'kv-go')
      officer = await house.application('officer', 'Key Vault Administrator')
      user = await house.application('user', 'Key Vault Crypto User')
    })
    after(async () => page.settle())

    test('azkeys: a key is made, wraps and unwraps, signs what crypto/rsa verifies, is rotated, and its old version unwraps still', async () => {
      await step(officer, 'keys', 'CreateKey, WrapKey, Sign, RotateKey, UnwrapKey, NewListKeyPropertiesVersionsPager')
    })

    test('azsecrets: versions, deletion, recovery', async () => {
      await step(officer, 'secrets', 'SetSecret, GetSecret, DeleteSecret, RecoverDeletedSecret')
    })

    test('azcertificates: one by policy, which crypto/x509 reads and verifies', async () => {
      await step(officer, 'certificates', 'CreateCertificate, GetCertificateOperation, GetCertificate')
    })

    test('who may use keys and not make them is refused with 403', async () => {
      await step(user, 'refused', 'CreateKey (refused), GetKey')
    })
  })
}
