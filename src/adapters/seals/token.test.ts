import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, beforeEach, describe, test } from 'node:test'
import { inspect } from 'node:util'
import { noSoftHsm, softHsm } from '#tests/tokens/soft-hsm.ts'
import { systemClock } from '#adapters/system/clock.ts'
import { systemRandom } from '#adapters/system/random.ts'
import { sealed } from '#model/brands.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import { TokenFailed } from '#ports/tokens.ts'
import { readPinFile, tokenSeal } from './token.ts'

const random = systemRandom()
const root = random.bytes(32)
const pin = 'the PIN of a seal'

describe('the seal on a token', { skip: noSoftHsm }, () => {
  if (noSoftHsm !== false) return
  const hsm = softHsm()
  after(() => hsm[Symbol.dispose]())
  beforeEach(() => hsm.enter())
  for (const label of ['first', 'second']) hsm.newToken(label, pin)
  const sealOn = (label: string, shown = pin) =>
    tokenSeal({
      place: { module: hsm.module, label },
      pin: () => new SecretBytes(Buffer.from(shown)),
      clock: systemClock,
      random,
    })

  test('opens what it wrapped, for that cluster and on that token alone, in another process too', async () => {
    const seal = sealOn('first')
    const envelope = { params: seal.params, wrapped: await seal.wrap(root, 'c') }
    assert.deepEqual(Object.keys(envelope.params), ['token', 'key'])
    assert.equal(envelope.params['token'], 'first')
    assert(!Buffer.from(envelope.wrapped).includes(root))
    using opened = await sealOn('first').unwrap(envelope, 'c')
    assert.deepEqual(opened?.bytes, Uint8Array.from(root))
    assert.equal(await sealOn('first').unwrap(envelope, 'd'), undefined)
    assert.equal(await sealOn('second').unwrap(envelope, 'c'), undefined)
    const bent = sealed(envelope.wrapped.with(20, (envelope.wrapped[20] ?? 0) ^ 1))
    assert.equal(await sealOn('first').unwrap({ ...envelope, wrapped: bent }, 'c'), undefined)
    assert.doesNotMatch(inspect(seal, { depth: 9 }), new RegExp(pin))
  })

  test('does not open an envelope of another token’s key that was brought under its name', async () => {
    const seal = sealOn('first')
    const wrapped = await seal.wrap(root, 'c')
    const other = sealOn('first')
    await other.wrap(root, 'c')
    assert.equal(await seal.unwrap({ params: other.params, wrapped }, 'c'), undefined)
    assert.equal(await seal.unwrap({ params: {}, wrapped }, 'c'), undefined)
  })

  test('says that the token does not take the PIN, and never says the PIN', async () => {
    await assert.rejects(
      sealOn('first', 'wrong PIN').wrap(root, 'c'),
      (error: unknown) => error instanceof TokenFailed && error.failure === 'pinRefused' && !inspect(error).includes('wrong PIN'),
    )
  })

  test('takes its PIN from a file that its owner alone may read, outside the data', () => {
    const dataDir = join(hsm.folder, 'data')
    mkdirSync(dataDir)
    const file = (name: string, text: string, mode = 0o400) => {
      const path = join(hsm.folder, name)
      writeFileSync(path, text, { mode })
      return path
    }
    for (const text of ['1234', '1234\n', '1234\r\n', '1234\nanother line'])
      assert.equal(Buffer.from(readPinFile(file(`pin ${text.length}`, text), dataDir).bytes).toString(), '1234')
    assert.throws(() => readPinFile(file('empty', '\n'), dataDir), /no PIN/)
    assert.throws(() => readPinFile(file('long', 'x'.repeat(257)), dataDir), /no PIN/)
    assert.throws(() => readPinFile(file('open', '1234', 0o444), dataDir), /may be read by others/)
    writeFileSync(join(dataDir, 'pin'), '1234', { mode: 0o400 })
    assert.throws(() => readPinFile(join(dataDir, 'pin'), dataDir), /inside the data directory/)
  })
})
