import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { countAtRest } from '#demo/at-rest.ts'
import { canary } from '#tests/left-behind/noted.ts'
import { azureOf, called, refusalOf, vaultId } from './azure.ts'
import { behindInstance } from './behind.ts'

const instance = await behindInstance(import.meta.filename)
const { environment, data } = instance
const { location, resourceGroup: group, tenantId } = environment
const azure = azureOf(environment, environment.administrator)
const vault = called('kv')
const secrets = azure.secrets(vault)

before(async () => {
  await azure.vaults.vaults.createOrUpdate(group, vault, {
    location,
    properties: { tenantId, sku: { family: 'A', name: 'standard' }, enableRbacAuthorization: true, softDeleteRetentionInDays: 7 },
  })
  const scope = vaultId(environment, group, vault)
  await azure.assign('Key Vault Administrator', environment.administrator.objectId, scope)
})

const deleted = async (name: string): Promise<void> => {
  await (await secrets.beginDeleteSecret(name)).pollUntilDone()
}

describe('@azure/keyvault-secrets SecretClient', () => {
  test('values come back as they went in, old versions too; the newest is current', async () => {
    const name = called('s')
    const expiresOn = new Date('2035-01-01T00:00:00Z')
    const odd = ` ü\u0000\r\n𝒳 ${canary('odd')}`
    const first = await secrets.setSecret(name, odd, { contentType: 'text/plain', tags: { a: 'b' }, expiresOn })
    const second = await secrets.setSecret(name, '')
    const [old, now] = [await secrets.getSecret(name, { version: first.properties.version ?? '' }), await secrets.getSecret(name)]
    assert.deepEqual([old.value, now.value], [odd, ''])
    assert.deepEqual([old.properties.contentType, old.properties.tags, old.properties.expiresOn], ['text/plain', { a: 'b' }, expiresOn])
    assert.deepEqual([now.properties.id, now.properties.contentType], [second.properties.id, undefined])
    const versions = await Array.fromAsync(secrets.listPropertiesOfSecretVersions(name), one => one.version)
    assert.deepEqual(new Set(versions), new Set([first.properties.version, second.properties.version]))
  })

  test('properties of a version change without its value', async () => {
    const name = called('s')
    const kept = canary('kept')
    const { properties } = await secrets.setSecret(name, kept)
    const changed = await secrets.updateSecretProperties(name, properties.version ?? '', {
      contentType: 'x/y',
      tags: { c: 'd' },
      enabled: false,
    })
    assert.deepEqual([changed.contentType, changed.tags, changed.enabled], ['x/y', { c: 'd' }, false])
    const refused = await refusalOf('reading a disabled secret', secrets.getSecret(name))
    assert.deepEqual([refused.statusCode, refused.code], [403, 'Forbidden'])
    await secrets.updateSecretProperties(name, properties.version ?? '', { enabled: true })
    assert.equal((await secrets.getSecret(name)).value, kept)
  })

  test('more secrets than a page are listed once each', async () => {
    const names = Array.from({ length: 30 }, (_, at) => `page-${at}`)
    await Promise.all(names.map(async name => secrets.setSecret(name, canary('page'))))
    const listed = await Array.fromAsync(secrets.listPropertiesOfSecrets(), one => one.name)
    assert.equal(new Set(listed).size, listed.length)
    for (const name of names) assert(listed.includes(name), name)
  })

  test('a secret is backed up, deleted, recovered, purged and restored', async () => {
    const name = called('s')
    const [one, two, three] = [canary('one'), canary('two'), canary('three')]
    const first = await secrets.setSecret(name, one)
    await secrets.setSecret(name, two)
    const backup = await secrets.backupSecret(name)
    assert(backup !== undefined && !Buffer.from(backup).includes(two))
    await deleted(name)
    assert.equal((await refusalOf('reading a deleted secret', secrets.getSecret(name))).statusCode, 404)
    assert.equal((await refusalOf('setting a deleted secret', secrets.setSecret(name, three))).statusCode, 409)
    const gone = await Array.fromAsync(secrets.listDeletedSecrets(), one => one.name)
    assert(gone.includes(name))
    await (await secrets.beginRecoverDeletedSecret(name)).pollUntilDone()
    assert.equal((await secrets.getSecret(name)).value, two)
    await deleted(name)
    await secrets.purgeDeletedSecret(name)
    assert.equal((await refusalOf('looking for a purged secret', secrets.getDeletedSecret(name))).statusCode, 404)
    await secrets.restoreSecretBackup(backup)
    assert.equal((await secrets.getSecret(name, { version: first.properties.version ?? '' })).value, one)
    assert.equal((await refusalOf('restoring twice', secrets.restoreSecretBackup(backup))).statusCode, 409)
  })
})

describe('a value', () => {
  test('is nowhere but in its answer: not at rest, in the log, in the audit, in a refusal', async () => {
    const name = called('s')
    const kinds = ['old', 'current', 'deleted', 'purged', 'through ARM', 'refused'] as const
    const values = new Map(kinds.map(kind => [kind, canary('value')]))
    const valueOf = (kind: (typeof kinds)[number]): string => values.get(kind) ?? ''
    await secrets.setSecret(name, valueOf('old'))
    await secrets.setSecret(name, valueOf('current'))
    for (const kind of ['deleted', 'purged'] as const) {
      await secrets.setSecret(`${name}-${kind}`, valueOf(kind))
      await deleted(`${name}-${kind}`)
    }
    await secrets.purgeDeletedSecret(`${name}-purged`)
    const deployed = await azure.vaults.secrets.createOrUpdate(group, vault, `${name}-arm`, {
      properties: { value: valueOf('through ARM') },
    })
    assert.equal(deployed.properties.value, undefined)
    assert.equal((await secrets.getSecret(`${name}-arm`)).value, valueOf('through ARM'))
    const refused = await refusalOf('a name that is none', secrets.setSecret(`${name}_`, valueOf('refused')))
    assert(!refused.message.includes(valueOf('refused')))
    assert.equal((await secrets.getSecret(name)).value, valueOf('current'))
    const audit = JSON.stringify(await instance.ask('audit', 'query', '--limit', '1000'))
    assert(audit.includes(name), 'control: the audit tells of it')
    const planted = join(data, 'planted')
    for (const [kind, value] of values) {
      assert.equal(countAtRest(data, Buffer.from(value)), 0, kind)
      assert(!audit.includes(value) && !instance.log().includes(value), kind)
      writeFileSync(planted, `x${value}`)
      assert.equal(countAtRest(data, Buffer.from(value)), 1, 'control: what is there is found')
      rmSync(planted)
    }
  })

  test('purged, its sealed bytes are gone from the database and its log', async () => {
    const name = called('s')
    const sealedBefore = sealedMaterials()
    await secrets.setSecret(name, canary('value'))
    await secrets.setSecret(name, canary('value'))
    const own = sealedMaterials().filter(one => !sealedBefore.some(other => other.equals(one)))
    assert.equal(own.length, 2)
    const left = (): number => own.reduce((sum, bytes) => sum + countAtRest(data, bytes), 0)
    assert(left() >= 2, 'control: they are there')
    await deleted(name)
    assert(left() >= 2, 'control: deletion keeps them')
    await secrets.purgeDeletedSecret(name)
    for (let tries = 0; left() > 0 && tries < 100; tries += 1) await pause(100)
    assert.equal(left(), 0)
  })
})

/** What stands in the table of materials, as somebody with the file in hand sees it. */
function sealedMaterials(): readonly Buffer[] {
  using db = new DatabaseSync(join(data, 'keystead.db'), { readOnly: true, timeout: 5_000 })
  const rows = db.prepare('SELECT wrapped FROM material').all()
  return rows.map(({ wrapped }) => Buffer.from(wrapped instanceof Uint8Array ? wrapped : assert.fail('material is a blob')))
}
