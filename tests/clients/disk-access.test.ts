// Links to the bytes of disks, as @azure/arm-compute grants them and as any client of HTTP follows them (issue 8: grant access).
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { before, describe, test } from 'node:test'
import type { Encryption } from '@azure/arm-compute'
import { z } from 'zod'
import { findProgram, ran, testMissing } from '#tests/tools/programs.ts'
import { secret } from '#tests/left-behind/noted.ts'
import { azureOf, called, refusalOf, vaultId, type Azure } from './azure.ts'
import { behindInstance } from './behind.ts'
import type { Instance } from './instance.ts'

const mebi = 1 << 20
const sizeBytes = 1024 * mebi
const footerBytes = 512

const packages = { nbdcopy: 'libnbd-bin', 'qemu-img': 'qemu-utils' } as const
const missing = Object.entries(packages).filter(([tool]) => findProgram(tool, ['--version']) === undefined)
if (missing.length > 0) {
  const how = missing.map(([tool, name]) => `${tool} is missing: apt-get install ${name}`).join('; ')
  testMissing('links to the bytes of disks', how)
} else testLinks(await behindInstance(import.meta.filename))

interface World {
  readonly disk: string
  readonly image: string
  readonly vault: string
  readonly version: string
}

function testLinks(instance: Instance): void {
  const azure = azureOf(instance.environment, instance.environment.administrator)
  const { disks } = azure.compute
  const { resourceGroup: group } = instance.environment
  const use = async (program: string, ...words: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await ran(program, words, { env: process.env, cwd: instance.dir })
    assert.equal(code, 0, `${program} ${words.join(' ')}: ${stdout}${stderr}`)
    return stdout
  }
  const grant = async (disk: string): Promise<string> => {
    const { accessSAS } = await disks.grantAccess(group, disk, { access: 'Read', durationInSeconds: 600 })
    const link = accessSAS ?? assert.fail('no link')
    links.push(link)
    return link
  }
  const links: string[] = []
  let world: World

  before(async () => {
    const { vault, version, encryption } = await setOf(instance, azure)
    const disk = called('disk')
    const { location } = instance.environment
    const made = await disks.createOrUpdate(group, disk, { location, creationData: { createOption: 'Empty' }, diskSizeGB: 1, encryption })
    const { uri } = z.looseObject({ uri: z.string() }).parse(await instance.ask('disk', 'export', made.id ?? ''))
    const image = join(instance.dir, 'image.raw')
    writeFileSync(image, Buffer.concat([secret('bytes of a disk', randomBytes(3 * mebi + 512)), Buffer.alloc(5 * mebi), randomBytes(mebi)]))
    truncateSync(image, sizeBytes)
    await use('nbdcopy', image, uri)
    world = { disk, image, vault, version }
  })

  describe('a link to a disk', { timeout: 300_000 }, () => {
    test('gives the bytes that were written, as a fixed VHD, to whoever has it, until it is taken back', async () => {
      const { disk, image } = world
      const link = await grant(disk)
      assert.equal((await disks.get(group, disk)).diskState, 'ActiveSAS')
      const whole = await fetch(link)
      assert.equal(whole.status, 200)
      assert.equal(whole.headers.get('content-length'), String(sizeBytes + footerBytes))
      assert.equal(whole.headers.get('x-ms-blob-type'), 'PageBlob')
      const vhd = join(instance.dir, 'copy.vhd')
      await pipeline(Readable.fromWeb(whole.body ?? assert.fail('no body')), createWriteStream(vhd))
      assert.match(await use('qemu-img', 'info', '-f', 'vpc', vhd), /virtual size: 1 GiB \(1073741824 bytes\)/)
      assert.match(await use('qemu-img', 'compare', '-f', 'vpc', '-F', 'raw', vhd, image), /identical/)
      const part = await fetch(link, { headers: { range: `bytes=${3 * mebi}-${4 * mebi}` } })
      assert.equal(part.status, 206)
      assert.equal(part.headers.get('content-range'), `bytes ${3 * mebi}-${4 * mebi}/${sizeBytes + footerBytes}`)
      assert.equal(
        createHash('sha256')
          .update(await part.bytes())
          .digest('hex'),
        await digest(createReadStream(image, { start: 3 * mebi, end: 4 * mebi })),
      )
      assert.equal((await fetch(link, { method: 'HEAD' })).headers.get('content-length'), String(sizeBytes + footerBytes))
      await disks.revokeAccess(group, disk)
      assert.equal((await disks.get(group, disk)).diskState, 'Unattached')
      const after = await fetch(link)
      assert.equal(after.status, 403)
      assert.match(await after.text(), /<Code>AuthenticationFailed<\/Code>/)
    })

    test('is one at a time, and keeps the disk from being resized and deleted', async () => {
      const { disk } = world
      await grant(disk)
      const busy = [
        async () => disks.grantAccess(group, disk, { access: 'Read', durationInSeconds: 60 }).pollUntilDone(),
        async () => disks.update(group, disk, { diskSizeGB: 2 }).pollUntilDone(),
        async () => disks.delete(group, disk).pollUntilDone(),
      ]
      for (const act of busy) {
        const { statusCode, code, message } = await refusalOf('what a link keeps from being done', act())
        assert.deepEqual([statusCode, code], [409, 'OperationNotAllowed'])
        assert.match(message, /active shared access signature/)
      }
      await disks.revokeAccess(group, disk)
      await disks.revokeAccess(group, disk)
    })

    test('ends in the middle when the key is disabled, and when it is taken back; neither looks whole', async () => {
      const { disk, vault, version } = world
      const keys = azure.keys(vault)
      const cut = async (link: string, how: () => Promise<unknown>): Promise<void> => {
        const answer = await fetch(link)
        assert.equal(answer.status, 200)
        const reader = (answer.body ?? assert.fail('no body')).getReader()
        await reader.read()
        await how()
        const started = performance.now()
        await assert.rejects(async () => {
          while (!(await reader.read()).done);
        })
        assert(performance.now() - started < 5_000)
      }
      const link = await grant(disk)
      await cut(link, async () => keys.updateKeyProperties('cmk', version, { enabled: false }))
      const without = await fetch(link)
      assert.equal(without.status, 403)
      assert.match(await without.text(), /KeyVaultEncryptionKeyNotFound/)
      await disks.revokeAccess(group, disk)
      const refused = await refusalOf(
        'a link without a key',
        disks.grantAccess(group, disk, { access: 'Read', durationInSeconds: 60 }).pollUntilDone(),
      )
      assert.deepEqual([refused.statusCode, refused.code], [400, 'KeyVaultAccessForbidden'])
      await keys.updateKeyProperties('cmk', version, { enabled: true })
      await cut(await grant(disk), async () => disks.revokeAccess(group, disk))
    })

    test('leaves its reads in the audit, under the grant, and its signature nowhere', async () => {
      const text = JSON.stringify(await instance.ask('audit', 'query', '--resource', world.disk, '--since', '1h'))
      assert.match(text, /"operation":"DiskAccessRead"/)
      assert.match(text, /"kind":"bearer"/)
      for (const link of links) assert(!text.includes(new URL(link).searchParams.get('sig') ?? 'sig='))
    })
  })
}

async function digest(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of stream) hash.update(piece)
  return hash.digest('hex')
}

interface Keyed {
  readonly vault: string
  readonly version: string
  readonly encryption: Encryption
}

async function setOf({ environment }: Instance, azure: Azure): Promise<Keyed> {
  const { location, resourceGroup, tenantId, administrator } = environment
  const vault = called('kv')
  const scope = vaultId(environment, resourceGroup, vault)
  await azure.vaults.vaults.createOrUpdate(resourceGroup, vault, {
    location,
    properties: { tenantId, sku: { family: 'A', name: 'standard' }, enableRbacAuthorization: true },
  })
  await azure.assign('Key Vault Crypto Officer', administrator.objectId, scope)
  const key = await azure.keys(vault).createRsaKey('cmk')
  const type = 'EncryptionAtRestWithCustomerKey'
  const set = await azure.compute.diskEncryptionSets.createOrUpdate(resourceGroup, called('des'), {
    location,
    identity: { type: 'SystemAssigned' },
    activeKey: { sourceVault: { id: scope }, keyUrl: key.id ?? '' },
    encryptionType: type,
  })
  await azure.assign('Key Vault Crypto Service Encryption User', set.identity?.principalId ?? '', scope)
  return { vault, version: key.properties.version ?? '', encryption: { type, diskEncryptionSetId: set.id ?? '' } }
}
