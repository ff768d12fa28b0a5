// New keys above everything at rest, while an instance serves: commands, an SDK, restarts, the audit.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { azureOf, called, vaultId } from './azure.ts'
import { behindInstance } from './behind.ts'

const instance = await behindInstance(import.meta.filename)
const { environment } = instance
const { location, resourceGroup: group, tenantId, administrator } = environment
const azure = azureOf(environment, administrator)
const vault = called('kv')
const passphrase = join(instance.dir, 'passphrase')

const rotations = z.looseObject({
  root: z.object({ rootEpoch: z.number(), leaving: z.number().nullable() }),
  compartments: z.array(z.looseObject({ state: z.string(), term: z.number() })),
})
const standing = async () => rotations.parse(await instance.ask('rotate', 'status'))
const sealsShape = z.object({ seals: z.array(z.object({ id: z.guid(), kind: z.string(), rootEpoch: z.number() })) })

/** What only keys that are whole give back. */
async function readsAll(): Promise<void> {
  const secrets = azure.secrets(vault)
  for (let at = 0; at < 20; at += 1) assert.equal((await secrets.getSecret(`s${at}`)).value, `value ${at}`)
  const key = await azure.keys(vault).getKey('k')
  assert.ok(key.key?.n)
}

async function rotated(): Promise<void> {
  const end = performance.now() + 20_000
  while ((await standing()).root.leaving !== null) {
    assert(performance.now() < end, 'the former root key is left within 20 s')
    await pause(50)
  }
}

describe('new keys above everything at rest', { concurrency: 1, timeout: 120_000 }, () => {
  before(async () => {
    await azure.vaults.vaults.createOrUpdate(group, vault, {
      location,
      properties: { tenantId, sku: { family: 'A', name: 'standard' }, enableRbacAuthorization: true },
    })
    await azure.assign('Key Vault Administrator', administrator.objectId, vaultId(environment, group, vault))
    await azure.keys(vault).createRsaKey('k')
    for (let at = 0; at < 20; at += 1) await azure.secrets(vault).setSecret(`s${at}`, `value ${at}`)
  })
  after(async () => {
    const verdict = await instance.run('audit', 'verify')
    assert.equal(verdict.code, 0, verdict.stdout)
  })

  test('a vault gets a new key, and gives back all that was in it', async () => {
    const told = z.looseObject({ state: z.string(), term: z.number() }).parse(await instance.ask('rotate', 'compartment', vault))
    assert.deepEqual([told.state, told.term], ['succeeded', 2])
    await readsAll()
    const shown = z
      .object({
        seals: z.array(z.looseObject({ kind: z.string() })),
        compartments: z.array(z.looseObject({ kind: z.string(), name: z.string(), terms: z.array(z.number()) })),
      })
      .loose()
      .parse(await instance.ask('hierarchy'))
    assert.deepEqual(shown.compartments.find(({ name }) => name === vault)?.terms, [2], 'the former key is gone')
    assert.ok(
      shown.seals.length > 0 && ['installation', 'tenant', 'subscription'].every(kind => shown.compartments.some(one => one.kind === kind)),
    )
    const nobody = await instance.run('rotate', 'compartment', 'kv-nobody-has')
    assert.notEqual(nobody.code, 0)
  })

  test('a power failure in the middle leaves a rotation that goes on', async () => {
    await instance.ask('rotate', 'compartment', vault, '--no-wait')
    await instance.kill()
    await instance.start()
    const end = performance.now() + 20_000
    while ((await standing()).compartments.some(({ state }) => state === 'running')) {
      assert(performance.now() < end, 'ended within 20 s')
      await pause(50)
    }
    await readsAll()
    assert.deepEqual(
      (await standing()).compartments.map(({ state }) => state),
      ['succeeded', 'succeeded'],
    )
  })

  test('the root key is another one, under every seal that showed itself; a seal that did not stops it', async () => {
    writeFileSync(passphrase, 'correct horse battery staple\n')
    await instance.ask('seal', 'add', '--kind', 'passphrase', '--passphrase-file', passphrase)
    const unshown = await instance.run('rotate', 'root')
    assert.match(unshown.stderr, /shown, or given up with --drop/)
    assert.equal((await standing()).root.rootEpoch, 1)
    await instance.ask('rotate', 'root', '--passphrase-file', passphrase)
    await rotated()
    const { seals } = sealsShape.parse(await instance.ask('seal', 'list'))
    assert.deepEqual(
      seals.map(({ rootEpoch }) => rootEpoch),
      [2, 2],
    )
    await readsAll()
    await instance.kill()
    await instance.start()
    await readsAll()
    // What a compartment gets from now on is under the new root key too.
    await instance.ask('rotate', 'compartment', tenantId)
    await readsAll()
  })

  test('killed right after its answer, it is whole at the next start', async () => {
    await instance.ask('rotate', 'root', '--passphrase-file', passphrase)
    await instance.kill()
    await instance.start()
    await rotated()
    assert.equal((await standing()).root.rootEpoch, 3)
    await readsAll()
  })
})
