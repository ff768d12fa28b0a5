// An instance whose seal comes and goes, as its operator and its clients see it: commands, SDKs, the wires, an NBD client.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { counted, TestClient, u16 } from '#tests/wire/nbd/client.ts'
import { canary, secret } from '#tests/left-behind/noted.ts'
import { azureOf, called, groupId, vaultId, vaultUrl } from './azure.ts'
import { behindInstance } from './behind.ts'

const instance = await behindInstance(import.meta.filename)
const { environment } = instance
const { location, resourceGroup: group, tenantId, endpoints } = environment
const azure = azureOf(environment, environment.administrator)
const vault = called('kv')
const passphraseFile = join(instance.dir, 'passphrase')
const shownWrong = join(instance.dir, 'wrong')
const [right, wrong] = [canary('passphrase'), canary('wrong')]

const statusShape = z.looseObject({
  state: z.string(),
  seals: z.array(z.string()),
  warnings: z.array(z.string()),
  ports: z.object({ health: z.number() }),
  pid: z.number(),
  sealed: z.object({ failedAttempts: z.number(), retryAfterSeconds: z.number(), sentAway: z.number(), because: z.string() }).optional(),
})
const sealsShape = z.object({ seals: z.array(z.object({ id: z.guid(), kind: z.string() })), keyFile: z.string() })
const rowsShape = z.object({
  rows: z.array(z.looseObject({ operation: z.string(), resourceId: z.string(), details: z.record(z.string(), z.string()).optional() })),
})

/** `status` exits 8 while it is sealed, and answers all the same. */
const status = async () => statusShape.parse(JSON.parse((await instance.run('status', '--json')).stdout))
const seals = async () => sealsShape.parse(await instance.ask('seal', 'list'))
const rows = async () => rowsShape.parse(await instance.ask('audit', 'query')).rows

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 15_000
  while (!(await holds())) {
    assert(performance.now() < end, `${what}, within 15 s`)
    await pause(20)
  }
}

interface Kept {
  readonly decrypted: () => Promise<string>
  readonly socket: string
  readonly exportName: string
}
let kept: Kept

/** A client in the transmission phase of the disk's export. */
async function attached(): Promise<TestClient> {
  const client = await TestClient.connect(kept.socket, 3)
  const replies = await client.ask(7, Buffer.concat([counted(kept.exportName), u16(0)]))
  assert.equal(replies.at(-1)?.type, 1, 'the export opens')
  return client
}
const sector = secret('bytes of a disk', randomBytes(4_096))

async function encryptedDisk(): Promise<string> {
  const key = await azure.keys(vault).createRsaKey('of-the-set')
  const set = await azure.compute.diskEncryptionSets.createOrUpdate(group, 'set', {
    location,
    identity: { type: 'SystemAssigned' },
    activeKey: { sourceVault: { id: vaultId(environment, group, vault) }, keyUrl: key.id ?? '' },
    encryptionType: 'EncryptionAtRestWithCustomerKey',
  })
  const role = 'Key Vault Crypto Service Encryption User'
  await azure.assign(role, set.identity?.principalId ?? '', vaultId(environment, group, vault))
  const disk = await azure.compute.disks.createOrUpdate(group, 'disk', {
    location,
    creationData: { createOption: 'Empty' },
    diskSizeGB: 1,
    encryption: { type: 'EncryptionAtRestWithCustomerKey', diskEncryptionSetId: set.id ?? '' },
  })
  return disk.id ?? ''
}

before(async () => {
  writeFileSync(passphraseFile, `${right}\n`, { mode: 0o600 })
  await azure.vaults.vaults.createOrUpdate(group, vault, {
    location,
    properties: { tenantId, sku: { family: 'A', name: 'standard' }, enableRbacAuthorization: true },
  })
  await azure.assign('Key Vault Crypto Officer', environment.administrator.objectId, vaultId(environment, group, vault))
  await azure.assign('Key Vault Crypto User', environment.administrator.objectId, vaultId(environment, group, vault))
  const { CryptographyClient } = await import('@azure/keyvault-keys')
  const client = new CryptographyClient(await azure.keys(vault).createRsaKey('k1'), azure.credential)
  const { result } = await client.encrypt({ algorithm: 'RSA-OAEP-256', plaintext: Buffer.from('before the seal') })
  const place = z.object({ uri: z.string(), socket: z.string() }).parse(await instance.ask('disk', 'export', await encryptedDisk()))
  kept = {
    decrypted: async () => Buffer.from((await client.decrypt({ algorithm: 'RSA-OAEP-256', ciphertext: result })).result).toString(),
    socket: place.socket,
    exportName: decodeURIComponent(/^nbd\+unix:\/\/\/([^?]+)/.exec(place.uri)?.[1] ?? ''),
  }
  using disk = await attached()
  assert.equal(await disk.write(0, sector), 0)
})

const wires: readonly (readonly [name: string, url: string, init?: RequestInit])[] = [
  ['a vault', `${vaultUrl(environment, vault)}/keys/k1?api-version=7.4`],
  ['ARM', `${endpoints.management}${groupId(environment, group)}?api-version=2022-09-01`],
  ['Graph', `${endpoints.graph}/v1.0/applications`],
  ['the token service', `${endpoints.login}/${tenantId}/oauth2/v2.0/token`, { method: 'POST', body: new URLSearchParams({ a: 'b' }) }],
]

async function assertSealed(): Promise<void> {
  for (const [name, url, init] of wires) {
    const answer = await fetch(url, init)
    assert.equal(answer.status, 503, name)
    assert.equal(answer.headers.get('retry-after'), '5', name)
    assert.match(answer.headers.get('cache-control') ?? '', /no-(?:store|cache)/, name)
    const body: unknown = await answer.json()
    const error = z.looseObject({ error: z.union([z.string(), z.looseObject({ code: z.string() })]) }).parse(body).error
    const code = typeof error === 'string' ? error : error.code
    assert.match(code, /^(?:ServiceUnavailable|serviceNotAvailable|temporarily_unavailable)$/, name)
  }
  const { ports } = await status()
  const health = `http://127.0.0.1:${ports.health}`
  assert.equal((await fetch(`${health}/livez`)).status, 200)
  const ready = await fetch(`${health}/readyz`)
  assert.deepEqual([ready.status, await ready.json()], [503, { state: 'sealed' }])
}

describe('an instance with a passphrase', () => {
  let keyFile = ''

  test('gets it by the proof of the key file, and is a development instance no more', async () => {
    assert.deepEqual((await status()).warnings, ['DevelopmentSeal'])
    const short = await instance.run('seal', 'add', '--kind', 'passphrase', '--passphrase-file', '/dev/null')
    assert.deepEqual([short.code, /14 characters/.test(short.stderr)], [3, true])
    const added = z
      .object({ id: z.guid(), kind: z.literal('passphrase') })
      .parse(await instance.ask('seal', 'add', '--kind', 'passphrase', '--passphrase-file', passphraseFile))
    const { warnings, seals: kinds } = await status()
    assert.deepEqual([warnings, kinds.toSorted((one, other) => (one < other ? -1 : 1))], [[], ['key-file', 'passphrase']])
    const ours = (await rows()).filter(({ resourceId }) => resourceId === `/seals/${added.id}`)
    assert.deepEqual(
      ours.map(({ operation, details }) => [operation, details]),
      [
        ['SealAddBegin', { seal: 'passphrase' }],
        ['SealAdd', { seal: 'passphrase' }],
      ],
    )
  })

  test('lets no seal go to who shows none, lets the key file go, and keeps the last', async () => {
    const { seals: all, keyFile: path } = await seals()
    keyFile = path
    const idOf = (kind: string): string => all.find(seal => seal.kind === kind)?.id ?? ''
    writeFileSync(shownWrong, wrong, { mode: 0o600 })
    const refused = await instance.run('seal', 'remove', idOf('key-file'), '--proof-passphrase-file', shownWrong)
    assert.deepEqual([refused.code, /opens no seal/.test(refused.stderr)], [5, true])
    await until('the wait is over', async () => (await instance.run('seal', 'remove', idOf('key-file'))).code === 0)
    assert(existsSync(keyFile), 'the file itself is its owner`s to destroy')
    const last = await instance.run('seal', 'remove', idOf('passphrase'), '--proof-passphrase-file', passphraseFile)
    assert.deepEqual([last.code, /The last seal stays/.test(last.stderr)], [7, true])
    assert.deepEqual(
      (await seals()).seals.map(({ kind }) => kind),
      ['passphrase'],
    )
  })

  test('stopped, lets its audit be verified and read by the passphrase alone', async () => {
    assert.equal(await kept.decrypted(), 'before the seal')
    await instance.stop()
    const verdicts: readonly (readonly [code: number, told: RegExp, words?: readonly string[]])[] = [
      [0, /^✓ intact/, ['--passphrase-file', passphraseFile]],
      [2, /the passphrase is of no seal of it/, ['--passphrase-file', shownWrong]],
      [2, /no seal of it opens without somebody present/],
    ]
    for (const [code, told, words = []] of verdicts) {
      const verified = await instance.run('audit', 'verify', ...words)
      assert.deepEqual([verified.code, told.test(verified.stdout)], [code, true], verified.stdout)
    }
    const read = await instance.run('audit', 'query', '--passphrase-file', passphraseFile)
    assert.match(read.stdout, /SealRemove/)
  })

  test('starts sealed: Ready says so, every wire is unavailable in its own words, status and unseal alone are answered', async () => {
    await instance.start()
    assert.match(instance.log(), /^Ready in .+ sealed \(passphrase\): keystead unseal$/m)
    await assertSealed()
    const told = await status()
    assert.deepEqual([told.state, told.seals, told.sealed?.failedAttempts], ['sealed', ['passphrase'], 0])
    assert((told.sealed?.sentAway ?? 0) >= wires.length)
    for (const words of [['env'], ['app', 'add', 'x'], ['audit', 'query'], ['seal', 'now', '--confirm', 'keystead.test']]) {
      const { code, stderr } = await instance.run(...words)
      assert.deepEqual([code, /Keystead is sealed/.test(stderr)], [8, true], words.join(' '))
    }
  })

  test('refuses a wrong passphrase and the key file that was taken away, and takes no next try before the wait is over', async () => {
    const first = await instance.run('unseal', '--passphrase-file', shownWrong)
    assert.deepEqual([first.code, first.stdout], [5, ''])
    assert.match(first.stderr, /That opens no seal\. The next try is taken in 1 s\./)
    await until('the first wait is over', async () => (await status()).sealed?.retryAfterSeconds === 0)
    assert.equal((await instance.run('unseal', '--seal-file', keyFile)).code, 5)
    const early = await instance.run('unseal', '--passphrase-file', passphraseFile)
    assert.deepEqual([early.code, /Too early/.test(early.stderr)], [9, true])
    assert.equal((await status()).sealed?.failedAttempts, 2)
    assert(!instance.log().includes('horse'), 'no passphrase is in the log')
  })

  test('is opened by the right one, and everything is as it was; the entry tells how many failed', async () => {
    await until('the second wait is over', async () => (await instance.run('unseal', '--passphrase-file', passphraseFile)).code === 0)
    assert.equal((await status()).state, 'active')
    assert.equal(await kept.decrypted(), 'before the seal')
    using disk = await attached()
    assert.deepEqual((await disk.read(0, sector.length)).data, sector)
    const unsealed = (await rows()).findLast(({ operation }) => operation === 'InstanceUnseal')
    assert.equal(unsealed?.details?.['failedAttempts'], '2')
    assert.equal(unsealed.details['seal'], 'passphrase')
    const again = await instance.run('unseal', '--passphrase-file', passphraseFile)
    assert.deepEqual([again.code, /not sealed/.test(again.stderr)], [7, true])
    assert.equal((await instance.run('audit', 'verify')).code, 0)
  })

  test('sealed at once by its name: no key is used, no export is served, until somebody unseals', async () => {
    const { pid } = await status()
    using disk = await attached()
    assert.equal((await disk.read(0, 512)).error, 0)
    assert.equal((await instance.run('seal', 'now')).code, 3, 'not without the name')
    assert.equal((await status()).state, 'active')
    assert.equal((await instance.run('seal', 'now', '--confirm', environment.domain)).code, 0)
    await assertSealed()
    await assert.rejects(disk.read(0, 512), /closed/)
    await assert.rejects(TestClient.connect(kept.socket, 3), { code: /ENOENT|ECONNREFUSED/ })
    const told = await status()
    assert.deepEqual([told.sealed?.because, told.pid], ['the operator sealed it', pid])
    assert.equal((await instance.run('unseal', '--passphrase-file', passphraseFile)).code, 0)
    assert.equal((await status()).pid, pid)
    assert.equal(await kept.decrypted(), 'before the seal')
    using opened = await attached()
    assert.deepEqual((await opened.read(0, sector.length)).data, sector)
    const written = new Set((await rows()).map(({ operation }) => operation))
    assert(written.has('InstanceSeal') && written.has('DiskExportClosed'))
  })

  test('killed while it is sealed or being unsealed, has lost nothing', async () => {
    await instance.kill()
    await instance.start()
    await instance.kill()
    await instance.start()
    const opening = instance.run('unseal', '--passphrase-file', passphraseFile)
    await until('it is being unsealed', async () => (await status()).state !== 'sealed')
    await instance.kill()
    assert.notEqual((await opening).code, 3)
    await instance.start()
    assert.equal((await instance.run('unseal', '--passphrase-file', passphraseFile)).code, 0)
    assert.equal(await kept.decrypted(), 'before the seal')
    assert.equal((await instance.run('audit', 'verify')).code, 0)
  })

  test('a generated passphrase is six words, shown once, and opens it as well', async () => {
    const { passphrase } = z
      .object({ passphrase: z.string() })
      .parse(await instance.ask('seal', 'add', '--kind', 'passphrase', '--generate', '--proof-passphrase-file', passphraseFile))
    assert.match(passphrase, /^(?:[a-z]{5} ){5}[a-z]{5}$/)
    assert(!JSON.stringify(await rows()).includes(passphrase))
    assert.equal((await instance.run('seal', 'now', '--confirm', environment.domain)).code, 0)
    const generated = join(instance.dir, 'generated')
    writeFileSync(generated, passphrase, { mode: 0o600 })
    assert.equal((await instance.run('unseal', '--passphrase-file', generated)).code, 0)
  })

  test('a second key file opens it without anybody present, where the start is told of it', async () => {
    const file = join(instance.dir, 'second.key')
    const words = ['seal', 'add', '--kind', 'key-file', '--file', file, '--proof-passphrase-file', passphraseFile]
    assert.equal((await instance.run(...words)).code, 0)
    assert.equal(readFileSync(file).length, 32)
    assert.equal((await instance.run('seal', 'now', '--confirm', environment.domain)).code, 0)
    assert.equal((await instance.run('unseal', '--seal-file', file)).code, 0)
    assert.equal(await kept.decrypted(), 'before the seal')
  })
})

after(async () => {
  await instance.stop()
})
