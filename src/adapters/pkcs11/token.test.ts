import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, beforeEach, describe, test } from 'node:test'
import { systemClock } from '#adapters/system/clock.ts'
import { systemRandom } from '#adapters/system/random.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import { TokenFailed, type TokenFailure } from '#ports/tokens.ts'
import { answerReader, requestFrame } from './frames.ts'
import { noSoftHsm, softHsm } from '#tests/tokens/soft-hsm.ts'
import { pkcs11Token, type TokenParts } from './token.ts'

const pin = 'a PIN of the test'
const aad = Buffer.from('bound')
const named = (label: string) => ({ label, id: Buffer.from(label) })
const key = named('keystead test')

const failedAs =
  (failure: TokenFailure, saying = /(?:)/) =>
  (error: unknown) =>
    error instanceof TokenFailed && error.failure === failure && saying.test(error.message) && !error.message.includes(pin)

describe('a token', { skip: noSoftHsm }, () => {
  if (noSoftHsm !== false) return
  const hsm = softHsm()
  after(() => hsm[Symbol.dispose]())
  beforeEach(() => hsm.enter())
  hsm.newToken('one', pin)
  // Time that the test moves on, beside the one of its deadlines.
  const skipped = { ms: 0 }
  const clock = { ...systemClock, monotonic: () => systemClock.monotonic() + skipped.ms }
  const tokenOf = (more: Partial<TokenParts> = {}) =>
    pkcs11Token({
      place: { module: hsm.module, label: 'one' },
      pin: () => new SecretBytes(Buffer.from(pin)),
      clock,
      random: systemRandom(),
      sessions: 2,
      ...more,
    })

  test('says what it is', async () => {
    using token = tokenOf()
    const { serial, model } = await token.open()
    assert.match(serial, /^[0-9a-f]{16}$/)
    assert.equal(model, 'SoftHSM v2')
  })

  test('seals and opens with a key that is made in it once, for what it was bound to alone', async () => {
    using token = tokenOf()
    assert.equal(await token.hasKey(key), false)
    await token.makeKey(key)
    await token.makeKey(key)
    assert.equal(await token.hasKey(key), true)
    for (const plaintext of [Buffer.alloc(0), Buffer.from('root'), Buffer.alloc(4_096, 7)]) {
      const box = await token.seal(key, plaintext, aad)
      assert.equal(box.ciphertext.length, plaintext.length + 16)
      assert.notDeepEqual((await token.seal(key, plaintext, aad)).iv, box.iv)
      assert.deepEqual((await token.unseal(key, box, aad))?.bytes, Uint8Array.from(plaintext))
      assert.equal(await token.unseal(key, box, Buffer.from('bound otherwise')), undefined)
      const bent = box.ciphertext.with(box.ciphertext.length - 1, (box.ciphertext.at(-1) ?? 0) ^ 1)
      assert.equal(await token.unseal(key, { ...box, ciphertext: bent }, aad), undefined)
      assert.equal(await token.unseal(key, { ...box, iv: box.iv.with(0, (box.iv[0] ?? 0) ^ 1) }, aad), undefined)
    }
    assert.equal(await token.unseal(key, { iv: new Uint8Array(12), ciphertext: new Uint8Array(15) }, aad), undefined)
    assert.equal((await token.random(48)).length, 48)
  })

  test('opens in another process what it sealed in one, and not after its key was destroyed', async () => {
    const name = named('of two lives')
    using first = tokenOf()
    await first.makeKey(name)
    const box = await first.seal(name, Buffer.from('kept'), aad)
    using second = tokenOf()
    assert.equal(Buffer.from((await second.unseal(name, box, aad))?.bytes ?? []).toString(), 'kept')
    await second.destroyKey(name)
    await second.destroyKey(name)
    assert.equal(await second.hasKey(name), false)
    await assert.rejects(second.unseal(name, box, aad), failedAs('keyMissing'))
  })

  test('works on many requests at once', async () => {
    using token = tokenOf()
    await token.makeKey(key)
    const texts = Array.from({ length: 200 }, (_, at) => Buffer.from(`message ${at}`))
    const opened = await Promise.all(texts.map(async text => token.unseal(key, await token.seal(key, text, aad), aad)))
    assert.deepEqual(
      opened.map(one => Buffer.from(one?.bytes ?? []).toString()),
      texts.map(text => text.toString()),
    )
  })

  test('is not used with a key that is not one of AES-256 that never leaves it', async () => {
    const file = join(hsm.folder, 'key')
    writeFileSync(file, Buffer.alloc(16, 1))
    const words = ['--import', file, '--aes', '--token', 'one', '--label', 'brought', '--id', Buffer.from('brought').toString('hex')]
    const imported = spawnSync('softhsm2-util', [...words, '--pin', pin], { encoding: 'utf8' })
    assert.equal(imported.status, 0, imported.stderr)
    using token = tokenOf()
    await assert.rejects(token.seal(named('brought'), Buffer.from('x'), aad), failedAs('keyExposed'))
    await assert.rejects(token.makeKey(named('brought')), failedAs('keyExposed'))
  })

  test('says what is wrong: no host, no module, no such token, two of one label', async () => {
    using noHost = tokenOf({ program: join(hsm.folder, 'no-host') })
    await assert.rejects(noHost.open(), failedAs('hostMissing', /npm run install/))
    using noModule = tokenOf({ place: { module: join(hsm.folder, 'none.so'), label: 'one' } })
    await assert.rejects(noModule.open(), failedAs('moduleUnloadable', /none\.so/))
    using notOne = tokenOf({ place: { module: join(hsm.folder, 'softhsm2.conf'), label: 'one' } })
    await assert.rejects(notOne.open(), failedAs('moduleUnloadable'))
    using other = tokenOf({ place: { module: hsm.module, label: 'on' } })
    await assert.rejects(other.open(), failedAs('tokenMissing', /no token on in/))
    hsm.newToken('twin', pin)
    hsm.newToken('twin', pin)
    using twins = tokenOf({ place: { module: hsm.module, label: 'twin' } })
    await assert.rejects(twins.open(), failedAs('tokenAmbiguous'))
  })

  test('whose PIN cannot be read is not asked', async () => {
    using token = tokenOf({
      pin: () => {
        throw new Error('pin may be read by others')
      },
    })
    await assert.rejects(token.open(), failedAs('pinUnreadable', /may be read by others/))
  })

  test('that is pulled out fails, and serves again when it is back', async () => {
    using token = tokenOf()
    await token.makeKey(key)
    const box = await token.seal(key, Buffer.from('back'), aad)
    hsm.pullOut()
    skipped.ms += 2_000
    await assert.rejects(token.unseal(key, box, aad), failedAs('tokenMissing'))
    // Nobody knocks again and again: what it said is told without asking.
    hsm.putBack()
    await assert.rejects(token.seal(key, Buffer.from('x'), aad), failedAs('tokenMissing'))
    skipped.ms += 2_000
    assert.equal(Buffer.from((await token.unseal(key, box, aad))?.bytes ?? []).toString(), 'back')
  })

  describe('whose module fails', () => {
    const module = join(hsm.folder, 'faulty.so')
    const [fault, logins] = [join(hsm.folder, 'fault'), join(hsm.folder, 'logins')]
    const source = join(import.meta.dirname, '../../../tests/tokens/faulty-module.c')
    const compiled = spawnSync('cc', ['-std=c11', '-shared', '-fPIC', '-o', module, source, '-ldl'], { encoding: 'utf8' })
    assert.equal(compiled.status, 0, compiled.stderr)
    const surroundings = { KEYSTEAD_TEST_MODULE: hsm.module, KEYSTEAD_TEST_FAULT: fault, KEYSTEAD_TEST_LOGINS: logins }
    const program = join(hsm.folder, 'host')
    const words = Object.entries(surroundings).map(([name, value]) => `${name}='${value}'`)
    writeFileSync(
      program,
      `#!/bin/sh\nexport ${words.join(' ')}\nexec '${join(import.meta.dirname, '../../../native/build/token-host')}'\n`,
    )
    chmodSync(program, 0o700)
    const faulty = (more: Partial<TokenParts> = {}) => tokenOf({ place: { module, label: 'one' }, program, ...more })
    const loginsSince = async (work: () => Promise<void>): Promise<number> => {
      rmSync(logins, { force: true })
      await work()
      return existsSync(logins) ? readFileSync(logins).length : 0
    }

    test('a session that is lost is opened anew, once, and what was asked is done', async () => {
      using token = faulty()
      await token.makeKey(key)
      const times = await loginsSince(async () => {
        writeFileSync(fault, 'lost')
        const box = await token.seal(key, Buffer.from('after all'), aad)
        assert.equal(Buffer.from((await token.unseal(key, box, aad))?.bytes ?? []).toString(), 'after all')
      })
      assert.equal(times, 1)
    })

    test('a crash, and what is no answer, take nothing but its own process with them', async () => {
      for (const word of ['crash', 'scribble']) {
        using token = faulty()
        await token.makeKey(key)
        writeFileSync(fault, word)
        const times = await loginsSince(async () => assert.rejects(token.seal(key, Buffer.from('x'), aad), failedAs('lost')))
        assert.equal(times, 1, 'it is tried once more and no more')
        rmSync(fault)
        const box = await token.seal(key, Buffer.from('sound'), aad)
        assert.equal(Buffer.from((await token.unseal(key, box, aad))?.bytes ?? []).toString(), 'sound')
      }
    })

    test('one that hangs is given up at the deadline, and serves the next request', async () => {
      using token = faulty({ deadlinesMs: { open: 5_000, use: 150 } })
      await token.makeKey(key)
      writeFileSync(fault, 'hang')
      await assert.rejects(token.seal(key, Buffer.from('x'), aad), failedAs('timeout'))
      rmSync(fault)
      await token.seal(key, Buffer.from('x'), aad)
    })

    test('a PIN that it does not take is shown to it once, however often it is asked', async () => {
      using token = faulty({ pin: () => new SecretBytes(Buffer.from('another PIN')) })
      const times = await loginsSince(async () => {
        for (let asked = 0; asked < 5; asked += 1) {
          await assert.rejects(token.seal(key, Buffer.from('x'), aad), failedAs('pinRefused', /CKR_PIN_INCORRECT/))
          skipped.ms += 3_600_000
        }
      })
      assert.equal(times, 1)
    })
  })
})

describe('answers of the host', () => {
  const answer = (number: number, status: number, fields: readonly Buffer[]) => {
    const body = fields.map(field => Buffer.concat([u32(field.length), field]))
    const frame = Buffer.concat([u32(number), Buffer.of(status), u32(0xa0), ...body])
    return Buffer.concat([u32(frame.length), frame])
  }
  const u32 = (value: number) => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(value)
    return bytes
  }

  test('are read whole, however they are cut', () => {
    const stream = Buffer.concat([answer(1, 0, [Buffer.from('iv'), Buffer.alloc(0)]), answer(2, 1, []), answer(3, 0, [Buffer.from('z')])])
    for (let size = 1; size <= stream.length; size += 1) {
      const seen: string[] = []
      const read = answerReader(({ number, by, code, fields }) => {
        seen.push(`${number} ${by} ${code} ${fields.map(field => Buffer.from(field).toString()).join('|')}`)
      })
      for (let at = 0; at < stream.length; at += size) read(Buffer.from(stream.subarray(at, at + size)))
      assert.deepEqual(seen, ['1 done 160 iv|', '2 module 160 ', '3 done 160 z'])
    }
  })

  test('that are none are not taken for one', () => {
    const whole = answer(1, 0, [Buffer.from('field')])
    for (const bad of [Buffer.from('no frame at all'), answer(1, 7, []), Buffer.concat([u32(11), whole.subarray(4, 15)]), u32(8)])
      assert.throws(() => answerReader(() => {})(Buffer.from(bad)))
  })

  test('answer requests that are laid out alike', () => {
    const frame = requestFrame(7, 'seal', [Buffer.from('a'), Buffer.alloc(0)])
    assert.equal(frame.toString('hex'), '0000000e000000070400000001610000 0000'.replace(' ', ''))
  })
})
