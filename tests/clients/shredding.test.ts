// What a purge takes away is gone from the live store's bytes, database and write-ahead log alike; what a backup kept, it still opens
// (security-and-reliability.md 2.5). Both halves, since either alone would be easy.
import assert from 'node:assert/strict'
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { CryptographyClient } from '@azure/keyvault-keys'
import { setTimeout as pause } from 'node:timers/promises'
import { canary } from '#tests/left-behind/noted.ts'
import { azureOf, called, vaultId } from './azure.ts'
import { behindInstance } from './behind.ts'

const instance = await behindInstance(import.meta.filename)
const { environment } = instance
const { administrator, location, resourceGroup: group, tenantId } = environment
const azure = azureOf(environment, administrator)

type Blobs = readonly { readonly blob: Uint8Array }[]

/** Ciphertext of a key's bytes and of records, and the wrapped keys of compartments: everything that could open a vault. */
function blobs(): ReadonlyMap<string, Buffer> {
  const db = new DatabaseSync(join(instance.data, 'keystead.db'), { readOnly: true })
  try {
    const all = [
      'SELECT wrapped AS blob FROM compartment_key',
      'SELECT index_key AS blob FROM compartment_key',
      'SELECT wrapped AS blob FROM material',
      'SELECT body AS blob FROM record WHERE kind = 30',
    ]
    const rows = all.flatMap(sql => db.prepare(sql).all() as unknown as Blobs)
    return new Map(rows.map(({ blob }) => [Buffer.from(blob).toString('hex'), Buffer.from(blob)]))
  } finally {
    db.close()
  }
}

/** Files of the data directory that hold any of these bytes: their middle, which no page boundary is likely to cut. */
function filesWith(needles: readonly Buffer[]): readonly string[] {
  const parts = needles.map(needle => needle.subarray(4, 36))
  const files = readdirSync(instance.data, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  return files
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter(file => {
      const bytes = readFileSync(file)
      return parts.some(part => bytes.includes(part))
    })
}

describe('a purged vault', () => {
  test('leaves nothing that could open it in database or log; a backup made before still opens, and the key in it decrypts', async () => {
    const [name, keep] = [called('kv'), called('kv')]
    const before = blobs()
    const properties = {
      tenantId,
      sku: { family: 'A', name: 'standard' },
      enableRbacAuthorization: true,
      softDeleteRetentionInDays: 7,
    } as const
    const make = async (vault: string) => {
      await azure.vaults.vaults.createOrUpdate(group, vault, { location, properties })
      await azure.assign('Key Vault Administrator', administrator.objectId, vaultId(environment, group, vault))
      return azure.keys(vault).createRsaKey('k', { keySize: 2048 })
    }
    const key = await make(name)
    const needles = [...blobs()].filter(([hex]) => !before.has(hex)).map(([, blob]) => blob)
    assert.ok(needles.length >= 4, `compartment key, index key, material, record: ${needles.length}`)
    const planted = Buffer.from(canary('shredded'))
    const user = new CryptographyClient(key, azure.credential)
    const { result: ciphertext } = await user.encrypt({ algorithm: 'RSA-OAEP-256', plaintext: planted })

    await instance.stop()
    const backup = join(instance.dir, 'backup')
    cpSync(instance.data, backup, { recursive: true })
    await instance.start()
    assert.ok(filesWith(needles).length > 0, 'control: they are there, and are found')

    await azure.vaults.vaults.delete(group, name)
    await azure.vaults.vaults.purgeDeleted(name, location)
    let left = filesWith(needles)
    for (let tries = 0; left.length > 0 && tries < 100; tries++) {
      await pause(50)
      left = filesWith(needles)
    }
    assert.deepEqual(left, [], 'in no file of the live store')
    await assert.rejects(user.decrypt({ algorithm: 'RSA-OAEP-256', ciphertext }))
    await make(keep)
    await instance.stop()
    assert.deepEqual(filesWith(needles), [], 'nor after it has gone on and was closed')

    rmSync(instance.data, { recursive: true })
    cpSync(backup, instance.data, { recursive: true })
    await instance.start()
    const again = new CryptographyClient(await azure.keys(name).getKey('k'), azure.credential)
    assert.deepEqual(Buffer.from((await again.decrypt({ algorithm: 'RSA-OAEP-256', ciphertext })).result), planted)
  })

  test('of which one key was purged alone loses that key’s bytes, and no other’s', async () => {
    const name = called('kv')
    await azure.vaults.vaults.createOrUpdate(group, name, {
      location,
      properties: { tenantId, sku: { family: 'A', name: 'standard' }, enableRbacAuthorization: true, softDeleteRetentionInDays: 7 },
    })
    await azure.assign('Key Vault Administrator', administrator.objectId, vaultId(environment, group, name))
    const keys = azure.keys(name)
    await keys.createEcKey('stays')
    const before = blobs()
    await keys.createEcKey('goes')
    const needles = [...blobs()].filter(([hex]) => !before.has(hex)).map(([, blob]) => blob)
    assert.equal(needles.length, 2, 'its material and its record')
    await (await keys.beginDeleteKey('goes')).pollUntilDone()
    await keys.purgeDeletedKey('goes')
    let left = filesWith(needles)
    for (let tries = 0; left.length > 0 && tries < 100; tries++) {
      await pause(50)
      left = filesWith(needles)
    }
    assert.deepEqual(left, [])
    assert.equal((await keys.getKey('stays')).name, 'stays')
  })
})
