// Real disks of a real instance, one of each encryption type, under the tools that people bring (issue 8, acceptance 7).
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { Encryption } from '@azure/arm-compute'
import { z } from 'zod'
import { countAtRest } from '#demo/at-rest.ts'
import { findProgram, ran, testMissing } from '#tests/tools/programs.ts'
import { canary, secret } from '#tests/left-behind/noted.ts'
import { azureOf, called, vaultId, type Azure } from './azure.ts'
import { behindInstance } from './behind.ts'
import type { Instance } from './instance.ts'

const platform = 'EncryptionAtRestWithPlatformKey'
const mebi = 1 << 20
const customer = 'EncryptionAtRestWithCustomerKey'
const double = 'EncryptionAtRestWithPlatformAndCustomerKeys'
type CustomerType = typeof customer | typeof double

const packages = { nbdinfo: 'libnbd-bin', 'qemu-img': 'qemu-utils', fio: 'fio' } as const
const missing = Object.entries(packages).filter(([tool]) => findProgram(tool, ['--version']) === undefined)
if (missing.length > 0) {
  const how = missing.map(([tool, name]) => `${tool} is missing: apt-get install ${name}`).join('; ')
  testMissing('disks of every encryption type', how)
} else testTypes(await behindInstance(import.meta.filename))

function testTypes(instance: Instance): void {
  const azure = azureOf(instance.environment, instance.environment.administrator)
  const use = async (program: string, ...words: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await ran(program, words, { env: process.env, cwd: instance.dir })
    assert.equal(code, 0, `${program} ${words.join(' ')}: ${stdout}${stderr}`)
    return stdout
  }

  describe('a disk of each encryption type', { timeout: 300_000 }, () => {
    for (const type of [platform, customer, double] as const)
      test(`${type}: fio verifies, qemu-img copies both ways, and nothing can be read at rest`, async () => {
        const uri = await diskOf(instance, azure, type)
        assert.match(await use('nbdinfo', '--map', uri), /^\s+0\s+1073741824\s+3\s+hole,zero\s*$/)
        const planted = Buffer.from(canary('disk'))
        const image = join(instance.dir, `${type}.raw`)
        writeFileSync(image, Buffer.concat([secret('bytes of a disk', randomBytes(3 * mebi)), planted, randomBytes(mebi)]))
        truncateSync(image, 1024 * mebi)
        await use('qemu-img', 'convert', '-n', '-f', 'raw', '-O', 'raw', image, uri)
        assert.match(await use('qemu-img', 'compare', '-f', 'raw', '-F', 'raw', image, uri), /identical/)
        const back = join(instance.dir, `${type}.back`)
        await use('qemu-img', 'convert', '-f', 'raw', '-O', 'raw', uri, back)
        assert.match(await use('qemu-img', 'compare', '-f', 'raw', '-F', 'raw', image, back), /identical/)
        assert.equal(countAtRest(instance.data, planted), 0)
        const load = ['--rw=randwrite', '--bsrange=512-64k', '--size=16m', '--iodepth=16', '--fsync=64', '--randrepeat=0']
        const over = ['--numjobs=2', '--offset=512m', '--offset_increment=64m', '--group_reporting']
        const verify = ['--verify=crc32c', '--do_verify=1', '--verify_fatal=1']
        const told = await use('fio', `--name=${type}`, '--ioengine=nbd', `--uri=${uri}`, ...load, ...over, ...verify)
        assert.match(told, /err= 0/)
      })
  })
}

/** The URI of a new disk under that type. */
async function diskOf(instance: Instance, azure: Azure, type: CustomerType | typeof platform): Promise<string> {
  const { location, resourceGroup } = instance.environment
  const encryption: Encryption = type === platform ? { type } : { type, diskEncryptionSetId: await setOf(instance, azure, type) }
  const disk = await azure.compute.disks.createOrUpdate(resourceGroup, called('disk'), {
    location,
    creationData: { createOption: 'Empty' },
    sku: { name: 'Premium_LRS' },
    diskSizeGB: 1,
    encryption,
  })
  assert.equal(disk.encryption?.type, type)
  return z.looseObject({ uri: z.string() }).parse(await instance.ask('disk', 'export', disk.id ?? '')).uri
}

async function setOf({ environment }: Instance, azure: Azure, encryptionType: CustomerType): Promise<string> {
  const { location, resourceGroup, tenantId, administrator } = environment
  const vault = called('kv')
  const scope = vaultId(environment, resourceGroup, vault)
  await azure.vaults.vaults.createOrUpdate(resourceGroup, vault, {
    location,
    properties: { tenantId, sku: { family: 'A', name: 'standard' }, enableRbacAuthorization: true },
  })
  await azure.assign('Key Vault Crypto Officer', administrator.objectId, scope)
  const key = await azure.keys(vault).createRsaKey('cmk')
  const set = await azure.compute.diskEncryptionSets.createOrUpdate(resourceGroup, called('des'), {
    location,
    identity: { type: 'SystemAssigned' },
    activeKey: { sourceVault: { id: scope }, keyUrl: key.id ?? '' },
    encryptionType,
  })
  await azure.assign('Key Vault Crypto Service Encryption User', set.identity?.principalId ?? '', scope)
  return set.id ?? ''
}
