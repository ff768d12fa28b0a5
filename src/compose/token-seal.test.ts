import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, beforeEach, describe, test } from 'node:test'
import { noSoftHsm, softHsm } from '#tests/tokens/soft-hsm.ts'
import { systemClock } from '#adapters/system/clock.ts'
import { systemRandom } from '#adapters/system/random.ts'
import { createSealAttempts } from '#domain/seal/attempts.ts'
import { refusedWith } from '#domain/keys/testing.ts'
import { takeDataDirectory, TokenUnusable } from './data-directory.ts'
import { createSealKeeper } from './seal-keeping.ts'

const random = systemRandom()
const clock = systemClock
const pin = 'a PIN of composition'

describe('a data directory whose seal is on a token', { skip: noSoftHsm }, () => {
  if (noSoftHsm !== false) return
  const hsm = softHsm()
  after(() => hsm[Symbol.dispose]())
  beforeEach(() => hsm.enter())
  for (const label of ['seal', 'spare']) hsm.newToken(label, pin)
  const pinFile = join(hsm.folder, 'pin')
  const wrongPinFile = join(hsm.folder, 'wrong-pin')
  writeFileSync(pinFile, `${pin}\n`, { mode: 0o400 })
  writeFileSync(wrongPinFile, 'not the PIN', { mode: 0o400 })
  const tokenOf = (label: string, file = pinFile) => ({ module: hsm.module, label, pinFile: file })
  const before = async () => {}
  const openingIn = (name: string, more: Partial<Parameters<typeof takeDataDirectory>[0]> = {}) => {
    const dataDir = join(hsm.folder, name)
    mkdirSync(dataDir, { recursive: true })
    return { dataDir, stateHome: join(hsm.folder, `${name}-state`), sealFile: undefined, token: tokenOf('seal'), clock, random, ...more }
  }
  async function started(opening: ReturnType<typeof openingIn>) {
    const directory = takeDataDirectory(opening)
    const opened = await directory.open()
    const { dataDir, token } = opening
    const attempts = createSealAttempts(clock)
    const keeper = createSealKeeper({ directory, dataDir, token, clock, random, attempts })
    return { opened, keeper, [Symbol.dispose]: () => directory[Symbol.dispose]() }
  }
  const reopened = async (opening: ReturnType<typeof openingIn>) => {
    using instance = await started(opening)
    return 'sealed' in instance.opened ? instance.opened : instance.opened.openedBy.kind
  }

  test('is begun on it, and opens by it without anybody present', async () => {
    const opening = openingIn('begun')
    assert.equal(await reopened(opening), 'pkcs11')
    assert.equal(await reopened(opening), 'pkcs11')
    using instance = await started(opening)
    assert.deepEqual(instance.keeper.kinds(), ['pkcs11'])
  })

  test('is begun under a key file too where one is named, and opens by either', async () => {
    const opening = openingIn('both', { sealFile: join(hsm.folder, 'both.key') })
    await reopened(opening)
    assert.equal(await reopened(opening), 'pkcs11')
    assert.equal(await reopened({ ...opening, token: tokenOf('no such token') }), 'key-file')
  })

  test('is not begun on a token that cannot be used', async () => {
    const opening = openingIn('never', { token: tokenOf('no such token') })
    using directory = takeDataDirectory(opening)
    await assert.rejects(directory.open(), TokenUnusable)
    assert.deepEqual(directory.boot.envelopes(), [])
  })

  test('stays sealed where the token is away, and says so; it may pass. A PIN that is wrong does not', async () => {
    const opening = openingIn('away')
    await reopened(opening)
    hsm.pullOut()
    assert.deepEqual(await reopened(opening), { sealed: `there is no token seal in ${hsm.module}`, passing: true })
    hsm.putBack()
    const wrong = await reopened({ ...opening, token: tokenOf('seal', wrongPinFile) })
    assert(typeof wrong === 'object' && !wrong.passing)
    assert.match(wrong.sealed, /^the token seal does not take the PIN/)
    assert.match(JSON.stringify(await reopened({ ...opening, token: tokenOf('spare') })), /the token spare has no key of a seal of it/)
    const { token: _none, ...without } = opening
    assert.match(JSON.stringify(await reopened({ ...without, token: undefined })), /--pkcs11-module, --pkcs11-token and --pkcs11-pin-file/)
    assert.equal(await reopened(opening), 'pkcs11')
  })

  test('changes by the proof of its PIN alone, one try at a time', async () => {
    using instance = await started(openingIn('changed'))
    const { keeper } = instance
    const seal = { kind: 'passphrase', passphrase: 'correct horse battery' } as const
    await assert.rejects(keeper.add({ seal, proof: { pin: 'not it' }, before }), refusedWith('SealRefused'))
    await assert.rejects(keeper.add({ seal, proof: { pin }, before }), refusedWith('Throttled'))
    assert.deepEqual(keeper.kinds(), ['pkcs11'])
  })

  test('is given a seal on a second token beside the first; either opens it', async () => {
    const opening = openingIn('second', { token: undefined, sealFile: join(hsm.folder, 'second.key') })
    const proof = { pin, module: hsm.module, token: 'seal' }
    {
      using instance = await started(opening)
      const { keeper, opened } = instance
      assert(!('sealed' in opened))
      const keyFile = () => ({ keyFile: Uint8Array.from(readFileSync(opening.sealFile ?? '')) })
      await assert.rejects(keeper.add({ seal: { kind: 'pkcs11', pin }, proof: keyFile(), before }), refusedWith('InvalidBody'))
      await assert.rejects(
        keeper.add({ seal: { kind: 'pkcs11', pin, module: hsm.module, token: 'nowhere' }, proof: keyFile(), before }),
        refusedWith('Conflict'),
      )
      await keeper.add({ seal: { kind: 'pkcs11', ...proof }, proof: keyFile(), before })
      await keeper.add({ seal: { kind: 'pkcs11', ...proof, token: 'spare' }, proof, before })
      const file = keeper.list().seals.find(({ kind }) => kind === 'key-file')?.id ?? ''
      await keeper.remove({ id: file, proof, before })
      assert.deepEqual(
        keeper
          .list()
          .seals.map(({ kind, params }) => `${kind} ${params['token'] ?? ''}`)
          .toSorted(),
        ['pkcs11 seal', 'pkcs11 spare'],
      )
      const turned = await keeper.rotateRoot(opened.custody, {
        proofs: [proof, { ...proof, token: 'spare' }],
        dropped: [],
        before: async () => {},
      })
      assert.equal(turned.rootEpoch, 2)
    }
    for (const label of ['seal', 'spare']) assert.equal(await reopened({ ...opening, token: tokenOf(label) }), 'pkcs11')
  })
})
