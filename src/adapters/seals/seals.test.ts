import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { inspect } from 'node:util'
import { systemRandom } from '#adapters/system/random.ts'
import { argon2Floor } from '#crypto/argon2.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import { defaultKeyFile, keyFileSeal, makeKeyFile, readKeyFile, sealOfKey } from './key-file.ts'
import { isPassphrase, passphraseSeal } from './passphrase.ts'
import { newPassphrase } from './spoken-words.ts'

const random = systemRandom()
const scratch = mkdtempSync(join(tmpdir(), 'keystead-seals-'))
after(() => rmSync(scratch, { recursive: true, force: true }))
const dataDir = join(scratch, 'data')
mkdirSync(dataDir)
const options = { dataDir, random }
const root = random.bytes(32)

describe('the key file', () => {
  test('is 32 bytes that its owner alone may read, in a folder that is his alone', () => {
    const path = defaultKeyFile(join(scratch, 'state'), 'cluster-1')
    makeKeyFile(path, options)
    assert.equal(path, join(scratch, 'state', 'keystead', 'cluster-1.key'))
    assert.equal(statSync(path).mode & 0o777, 0o400)
    assert.equal(statSync(join(scratch, 'state', 'keystead')).mode & 0o777, 0o700)
    assert.equal(readFileSync(path).length, 32)
  })

  test('opens what it wrapped, for that cluster alone', async () => {
    const path = join(scratch, 'a.key')
    makeKeyFile(path, options)
    const wrapped = await keyFileSeal(path, options).wrap(root, 'cluster-1')
    using opened = await keyFileSeal(path, options).unwrap({ params: {}, wrapped }, 'cluster-1')
    assert.deepEqual(opened?.bytes, Buffer.from(root))
    assert.equal(await keyFileSeal(path, options).unwrap({ params: {}, wrapped }, 'cluster-2'), undefined)
    assert.doesNotMatch(inspect(keyFileSeal(path, options), { depth: 9 }), new RegExp(readFileSync(path).toString('hex')))
  })

  test('opens by its content too, shown by whoever may read it; the content of another length is none', async () => {
    const path = join(scratch, 'shown.key')
    makeKeyFile(path, options)
    const wrapped = await keyFileSeal(path, options).wrap(root, 'c')
    using shown = readKeyFile(path, dataDir)
    using opened = await sealOfKey(shown, random).unwrap({ params: {}, wrapped }, 'c')
    assert.deepEqual(opened?.bytes, Buffer.from(root))
    assert.throws(() => sealOfKey(new SecretBytes(random.bytes(31)), random), /has not 32 bytes/)
  })

  test('is never overwritten', () => {
    const path = join(scratch, 'b.key')
    makeKeyFile(path, options)
    const before = readFileSync(path)
    assert.throws(() => makeKeyFile(path, options), /EEXIST/)
    assert.deepEqual(readFileSync(path), before)
  })

  test('that others may read is refused, with the command that mends it', () => {
    const path = join(scratch, 'c.key')
    makeKeyFile(path, options)
    for (const mode of [0o440, 0o404, 0o420, 0o401]) {
      chmodSync(path, mode)
      assert.throws(() => keyFileSeal(path, options), /may be read by others \(mode 04..\): chmod 0400/)
    }
    chmodSync(path, 0o600)
    assert.equal(keyFileSeal(path, options).kind, 'key-file', 'the owner may keep it writable')
  })

  test('inside the data directory is refused, by whichever road', () => {
    const inside = join(dataDir, 'x.key')
    assert.throws(() => makeKeyFile(inside, options), /inside the data directory/)
    writeFileSync(inside, random.bytes(32), { mode: 0o400 })
    symlinkSync(inside, join(scratch, 'link.key'))
    symlinkSync(dataDir, join(scratch, 'elsewhere'))
    for (const path of [inside, join(scratch, 'link.key'), join(scratch, 'elsewhere', 'x.key'), `${dataDir}/sub/../x.key`]) {
      assert.throws(() => keyFileSeal(path, options), /inside the data directory/, path)
    }
    const neighbour = join(scratch, 'data-2.key')
    makeKeyFile(neighbour, options)
    assert.equal(keyFileSeal(neighbour, options).kind, 'key-file', 'a name that begins alike is not inside')
  })

  test('of another length, or not a file, is refused', () => {
    writeFileSync(join(scratch, 'short.key'), random.bytes(31), { mode: 0o400 })
    writeFileSync(join(scratch, 'long.key'), random.bytes(33), { mode: 0o400 })
    assert.throws(() => keyFileSeal(join(scratch, 'short.key'), options), /has not 32 bytes/)
    assert.throws(() => keyFileSeal(join(scratch, 'long.key'), options), /has not 32 bytes/)
    assert.throws(() => keyFileSeal(join(scratch, 'state'), options), /not a regular file/)
    assert.throws(() => keyFileSeal(join(scratch, 'none.key'), options), /ENOENT/)
  })
})

describe('the passphrase', () => {
  test('opens what it wrapped, whichever way its letters are composed; another does not', async () => {
    const seal = passphraseSeal('correct horse caf\u00e9', { random })
    const envelope = { params: seal.params, wrapped: await seal.wrap(root, 'c') }
    assert.deepEqual({ ...seal.params, salt: '' }, { salt: '', ...argon2Floor })
    using opened = await passphraseSeal('correct horse cafe\u0301', { random }).unwrap(envelope, 'c')
    assert.deepEqual(opened?.bytes, Buffer.from(root))
    assert.equal(await passphraseSeal('correct horse cafe', { random }).unwrap(envelope, 'c'), undefined)
  })

  test('takes an envelope with cheaper or absurd costs for none of its own, without trying', async () => {
    const seal = passphraseSeal('correct horse battery', { random })
    const wrapped = await seal.wrap(root, 'c')
    for (const change of [{ memoryKib: 8 }, { passes: 1 }, { lanes: 1 }, { memoryKib: 2 ** 40 }, { salt: 7 }]) {
      assert.equal(await seal.unwrap({ params: { ...seal.params, ...change }, wrapped }, 'c'), undefined)
    }
  })

  test('has 14 characters or more, counted as a person counts them', () => {
    assert.throws(() => passphraseSeal('thirteen char', { random }), /14 characters/)
    assert.throws(() => passphraseSeal('🔑'.repeat(13), { random }), /14 characters/)
    assert.equal(passphraseSeal('🔑'.repeat(14), { random }).kind, 'passphrase')
  })

  test('is never stretched below the floor', () => {
    const costs = { ...argon2Floor, memoryKib: 32 * 1024 }
    assert.throws(() => passphraseSeal('correct horse battery', { random, costs }), /costs/)
  })

  test('knows an envelope that cost less than it would cost today', () => {
    const dearer = passphraseSeal('correct horse battery', { random, costs: { ...argon2Floor, passes: argon2Floor.passes + 1 } })
    const floor = passphraseSeal('correct horse battery', { random })
    const outdated = [dearer, floor].map(seal => [floor, dearer].map(kept => seal.outdated?.({ params: kept.params })))
    assert.deepEqual(outdated, [
      [true, false],
      [false, false],
    ])
  })
})

describe('a generated passphrase', () => {
  test('is six words of two syllables and 96 bits, each word another 16 of them', () => {
    const words = newPassphrase(random)
    assert.match(words, /^(?:[bdfghjklmnprstvz][aiou][bdfghjklmnprstvz][aiou][bdfghjklmnprstvz] ){5}[a-z]{5}$/)
    assert(isPassphrase(words))
    const all = (byte: number) => newPassphrase({ bytes: length => new Uint8Array(length).fill(byte), uuid: () => '' })
    assert.equal(all(0), Array.from({ length: 6 }, () => 'babab').join(' '))
    assert.equal(all(0xff), Array.from({ length: 6 }, () => 'zuzuz').join(' '))
  })

  test('says an address as its inventor does', () => {
    const address = Uint8Array.of(127, 0, 0, 1, 63, 84, 220, 193, 0, 0, 0, 0)
    assert.equal(newPassphrase({ bytes: () => address, uuid: () => '' }), 'lusab babad gutih tugad babab babab')
  })
})
