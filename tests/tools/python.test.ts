// azure-identity and azure-keyvault-* for Python as they are published: DefaultAzureCredential, names and trust by `keystead env`.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { addApplication, azureOf, vaultId, type Application } from '#tests/clients/azure.ts'
import { behindInstance } from '#tests/clients/behind.ts'
import { clientCertificate } from '#tests/clients/certificate.ts'
import { addCertificate } from '#tests/clients/graph.ts'
import type { Instance } from '#tests/clients/instance.ts'
import { clientPage } from './page.ts'
import { findProgram, ran, testMissing } from './programs.ts'
import { houseOf, nobody, surroundingsOf, type House } from './vault.ts'

const modules = ['azure.identity.aio', 'azure.keyvault.keys', 'azure.keyvault.secrets', 'azure.keyvault.certificates', 'aiohttp']
const python = findProgram('python3', ['-c', `import ${modules.join(', ')}`])
if (python === undefined) testMissing('Python', 'no python3 with azure-identity and azure-keyvault-*', ['python'])
else testPython(python, await behindInstance(import.meta.filename))

function testPython(program: string, instance: Instance): void {
  const { dir, environment } = instance
  const names = ['azure-identity', 'azure-keyvault-keys', 'azure-keyvault-secrets', 'azure-keyvault-certificates']
  const asked = ['-c', `import importlib.metadata as m; print(', '.join(f'{n} {m.version(n)}' for n in ${JSON.stringify(names)}))`]
  const versions = spawnSync(program, asked, { encoding: 'utf8' }).stdout.trim()
  const page = clientPage(instance, {
    file: 'python.md',
    title: 'Python',
    lead: `${versions}; the program is \`tests/tools/client.py\`.`,
    masks: [],
  })
  const who: Record<'administrator' | 'user', Application> = { administrator: nobody, user: nobody }
  let house: House

  const step = async (by: keyof typeof who, [name = '', ...words]: readonly string[], what: string): Promise<void> => {
    const done = async () =>
      ran(program, [join(import.meta.dirname, 'client.py'), name, house.url, ...words], surroundingsOf(instance, who[by]))
    const { stdout } = await page.ran(what, done, { by })
    assert.equal(stdout.trim(), name)
  }

  describe('Python', { concurrency: 1, timeout: 300_000 }, () => {
    before(async () => {
      house = await houseOf(instance, 'kv-python')
      who.administrator = await house.application('vault administrator', 'Key Vault Administrator')
      who.user = await house.application('user', 'Key Vault Crypto User')
    })
    after(async () => page.settle())

    test('keys: made, wrapped, encrypted, signed, rotated, deleted and recovered', async () => {
      await step('administrator', ['keys'], 'KeyClient and CryptographyClient: create, wrap, encrypt, sign, rotate, delete, recover')
    })

    test('secrets: versions, a disabled one, backup, purge, restore', async () => {
      await step('administrator', ['secrets'], 'SecretClient: set, get, update, list, backup, delete, purge, restore')
    })

    test('certificates: made by policy, opened as PKCS#12, imported, contacts and issuers, deleted and recovered', async () => {
      await step('administrator', ['certificates'], 'CertificateClient: create, import, policy, contacts, issuers, delete, recover')
    })

    test('the asynchronous clients find it too', async () => {
      await step('administrator', ['asynchronous'], 'azure.keyvault.secrets.aio.SecretClient: set, get')
    })

    test('who may use keys makes none, and reads no secret', async () => {
      await step('user', ['refusals'], 'create_rsa_key (403), get_secret (403), get_key of none (404)')
    })

    test('a certificate and a secret are credentials', async () => {
      const robot = await addApplication(instance, 'robot')
      const administrator = azureOf(environment, environment.administrator)
      const certificate = await clientCertificate('robot')
      await addCertificate(instance, administrator, { application: robot, der: certificate.der })
      await administrator.assign('Key Vault Reader', robot.objectId, vaultId(environment, environment.resourceGroup, house.name))
      const file = join(dir, 'robot.pem')
      writeFileSync(file, certificate.pem, { mode: 0o600 })
      await step('user', ['credentials', robot.clientId, file], 'CertificateCredential, ClientSecretCredential: get_key')
    })
  })
}
