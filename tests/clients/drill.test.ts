// A key's loss, foretold and rehearsed (people.md 4.2): what impact names stops, and comes back, whatever becomes of the command.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { CreateKeyCommand, DescribeKeyCommand } from '@aws-sdk/client-kms'
import { z } from 'zod'
import { awsClients } from './aws.ts'
import { addApplication, azureOf, called, vaultId } from './azure.ts'
import { behindInstance } from './behind.ts'
import { program } from './instance.ts'

const instance = await behindInstance(import.meta.filename)
const { environment } = instance
const administrator = azureOf(environment, environment.administrator)
const { resourceGroup, location } = environment
const vault = called('kv')
const [setName, inUse, idle, outside, machine] = ['des', 'inuse', 'idle', 'outside', 'vm'].map(called)
const ofVault = vaultId(environment, resourceGroup, vault)
let keyId = ''

const result = z.looseObject({
  asPredicted: z.boolean(),
  predicted: z.array(z.looseObject({ kind: z.string(), id: z.string() })),
  stopped: z.array(z.string()),
  watched: z.array(z.looseObject({ id: z.string(), failSeconds: z.number().nullable(), backSeconds: z.number().nullable() })),
  timeline: z.array(z.looseObject({ event: z.string() })),
})
const enabled = async () => (await administrator.keys(vault).getKey('cmk')).properties.enabled
const operations = async () =>
  z
    .object({ rows: z.array(z.looseObject({ operation: z.string() })) })
    .parse(JSON.parse((await instance.run('audit', 'query', '--json')).stdout))
    .rows.map(({ operation }) => operation)

const keyUpdates = async () => (await operations()).filter(one => one === 'KeyUpdate').length

before(async () => {
  await instance.ask('vault', 'create', vault, '--purge-protection')
  await administrator.assign('Key Vault Administrator', environment.administrator.objectId, ofVault)
  keyId = (await administrator.keys(vault).createRsaKey('cmk')).id ?? ''
  const { compute } = administrator
  const set = await compute.diskEncryptionSets.createOrUpdate(resourceGroup, setName ?? '', {
    location,
    identity: { type: 'SystemAssigned' },
    activeKey: { keyUrl: keyId, sourceVault: { id: ofVault } },
  })
  await administrator.assign('Key Vault Crypto Service Encryption User', set.identity?.principalId ?? '', ofVault)
  const empty = { location, sku: { name: 'Premium_LRS' }, creationData: { createOption: 'Empty' }, diskSizeGB: 1 }
  const under = { ...empty, encryption: { type: 'EncryptionAtRestWithCustomerKey', diskEncryptionSetId: set.id ?? '' } }
  for (const name of [inUse, idle]) await compute.disks.createOrUpdate(resourceGroup, name ?? '', under)
  await compute.disks.createOrUpdate(resourceGroup, outside ?? '', empty)
  const made = z.looseObject({ id: z.string() }).parse(await instance.ask('vm', 'create', machine ?? ''))
  await compute.virtualMachines.createOrUpdate(resourceGroup, machine ?? '', {
    location,
    storageProfile: {
      dataDisks: [{ lun: 0, createOption: 'Attach', managedDisk: { id: `${made.id.replace(/virtualMachines\/.*$/, '')}disks/${inUse}` } }],
    },
  })
})

describe('keystead drill', () => {
  test('what impact names stops and comes back, read through its own export; nothing else is named', async () => {
    const impact = await instance.run('impact', keyId, '--json')
    for (const name of [setName, inUse, idle, machine]) assert.ok(impact.stdout.includes(name ?? ''), `${name} is missing`)
    assert.ok(!impact.stdout.includes(outside ?? ''))
    assert.match(
      (await instance.run('impact', `${vault}/cmk`)).stdout,
      /^disabling \S+ stops 1 disk encryption set, 2 disks \(1 attached\), 1 machine; /,
    )
    const done = await instance.run('drill', keyId, '--json')
    const told = result.parse(JSON.parse(done.stdout))
    assert.deepEqual([done.code, told.asPredicted, told.watched.length], [0, true, 2], done.stderr)
    for (const { failSeconds, backSeconds } of told.watched) assert.ok(failSeconds !== null && backSeconds !== null)
    assert.deepEqual(
      told.timeline.map(({ event }) => event),
      ['disabled', 'stopped as predicted', 'enabled', 'all of it is back'],
    )
    assert.ok(!done.stdout.includes(outside ?? ''))
    assert.equal(await enabled(), true)
  })

  test('killed in the middle, the key is on again; so it is where Ctrl-C ends it, exit code 130', async () => {
    // Off, on again, and by the guard of who was killed once more: for a disabling that was still under way.
    for (const [signal, code, updates] of [
      ['SIGKILL', null, 3],
      ['SIGINT', 130, 2],
    ] as const) {
      const already = await keyUpdates()
      const drill = spawn(program, ['drill', `${vault}/cmk`, '--for', '60s', '--data', instance.data], {
        stdio: 'ignore',
        env: process.env,
      })
      const ended = once(drill, 'exit')
      for (const end = performance.now() + 30_000; (await enabled()) === true;) {
        assert.ok(performance.now() < end, 'the key was never disabled')
        await pause(50)
      }
      drill.kill(signal)
      assert.equal((await ended)[0], code)
      for (const end = performance.now() + 20_000; (await enabled()) !== true;) {
        assert.ok(performance.now() < end, `after ${signal} the key stays disabled`)
        await pause(50)
      }
      for (const end = performance.now() + 20_000; (await keyUpdates()) < already + updates;)
        assert.ok(performance.now() < end, `after ${signal} the guard does not look once more`)
      assert.equal(await enabled(), true)
    }
  })

  test('who may not disable the key rehearses nothing; a key that is not there, or off already, is no success', async () => {
    const name = called('app')
    await addApplication(instance, name)
    const refused = await instance.run('drill', keyId, '--as', name)
    assert.equal(refused.code, 5)
    assert.match(refused.stderr, /has no right to keys\/update on/)
    assert.equal((await instance.run('drill', keyId.replace('/cmk/', '/none/'))).code, 6)
    await administrator.keys(vault).updateKeyProperties('cmk', { enabled: false })
    assert.equal((await instance.run('drill', keyId)).code, 7)
    assert.equal(await enabled(), false, 'what was off stays off')
    await administrator.keys(vault).updateKeyProperties('cmk', { enabled: true })
  })

  test('what is tagged as production asks to be named as such', async () => {
    await administrator.keys(vault).updateKeyProperties('cmk', { tags: { environment: 'prod' } })
    const already = (await operations()).length
    const refused = await instance.run('drill', keyId)
    assert.equal(refused.code, 3)
    assert.match(refused.stderr, /is of the environment prod; nothing was done\.[^]*next: keystead drill \S+ --production/)
    assert.ok(!(await operations()).slice(already).includes('KeyUpdate'))
    assert.equal((await instance.run('drill', keyId, '--production')).code, 0)
  })

  test('a key of an account goes off and on at its own wire', async () => {
    const { administrator: root, port } = environment
    const at = { endpoint: `https://localhost:${port}`, ca: readFileSync(environment.caFile, 'utf8') }
    const { kms } = awsClients(at, { accessKeyId: root.awsAccessKeyId, secretAccessKey: root.awsSecretAccessKey })
    const arn = (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? ''
    const done = await instance.run('drill', arn, '--for', '0s', '--json')
    assert.deepEqual([done.code, result.parse(JSON.parse(done.stdout)).asPredicted], [0, true], done.stderr)
    assert.deepEqual(
      (await operations()).filter(one => one === 'DisableKey' || one === 'EnableKey'),
      ['DisableKey', 'EnableKey'],
    )
    assert.equal((await kms.send(new DescribeKeyCommand({ KeyId: arn }))).KeyMetadata?.Enabled, true)
  })
})
