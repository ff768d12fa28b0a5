// Messages to contacts of certificates are in clear where they lie: they lie nowhere until the operator names a place.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { countAtRest } from '#demo/at-rest.ts'
import { azureOf, called, vaultId } from './azure.ts'
import { behindInstance } from './behind.ts'
import { clientCertificate } from './certificate.ts'

const instance = await behindInstance(import.meta.filename, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'keystead-mail-'))
  const file = join(dir, 'keystead.yaml')
  writeFileSync(file, '')
  return {
    instance: { KEYSTEAD_CONFIG: file },
    client: { MAIL_TEST_CONFIG: file },
    [Symbol.asyncDispose]: async () => rmSync(dir, { recursive: true }),
  }
})
const { environment, data } = instance
const { location, resourceGroup: group, tenantId, administrator } = environment
const azure = azureOf(environment, administrator)
const [vault, name, contact] = [called('kv'), called('cert'), `${called('ops')}@example.com`]
const folder = join(instance.dir, 'outgoing-mail')

const status = z.looseObject({ mail: z.object({ folder: z.string().nullable(), waiting: z.number() }) })
const mail = async () => status.parse(await instance.ask('status')).mail

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + 15_000
  while (!(await holds())) {
    assert(performance.now() < end, what)
    await pause(50)
  }
}

before(async () => {
  await azure.vaults.vaults.createOrUpdate(group, vault, {
    location,
    properties: { tenantId, sku: { family: 'A', name: 'standard' }, enableRbacAuthorization: true },
  })
  await azure.assign('Key Vault Administrator', administrator.objectId, vaultId(environment, group, vault))
})

test('without a folder a message waits, and no word of it can be read', async () => {
  const certificates = azure.certificates(vault)
  await certificates.setContacts([{ email: contact }])
  const { pem } = await clientCertificate('brought.example')
  // It was valid since yesterday: more than a hundredth of its life is over.
  const lifetimeActions = [{ action: 'EmailContacts' as const, lifetimePercentage: 1 }]
  await certificates.importCertificate(name, Buffer.from(pem), { policy: { contentType: 'application/x-pem-file' } })
  await certificates.updateCertificatePolicy(name, { issuerName: 'Unknown', subject: 'CN=brought.example', lifetimeActions })
  await until(async () => (await mail()).waiting === 1, 'the message waits')
  assert.equal((await mail()).folder, null)
  for (const word of [contact, name, vault]) assert.equal(countAtRest(data, Buffer.from(word)), 0, word)
})

test('it comes out once there is a folder', async () => {
  await instance.stop()
  assert(!existsSync(join(data, 'mail')))
  writeFileSync(z.string().parse(process.env['MAIL_TEST_CONFIG']), `mail: { folder: ${folder} }\n`)
  await instance.start()
  await until(async () => existsSync(folder) && readdirSync(folder).some(file => file.endsWith('.eml')), 'the message comes out')
  await until(async () => (await mail()).waiting === 0, 'nothing waits')
  const files = readdirSync(folder)
  assert.equal(files.length, 1, files.join(' '))
  const text = readFileSync(join(folder, files[0] ?? ''), 'utf8')
  assert(text.includes(`To: ${contact}`) && text.includes(name) && text.includes(vault), text)
  assert.equal((await mail()).folder, folder)
})
