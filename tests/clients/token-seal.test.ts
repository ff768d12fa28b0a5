// An instance whose seal is on a token, as docs/how-to/hsm.md has it, with SoftHSM2 for the token.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, beforeEach, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { noSoftHsm, softHsm } from '#tests/tokens/soft-hsm.ts'
import { ranProgram, removeInstance, startInstance, type Instance } from './instance.ts'

const pin = 'a PIN that nobody prints'
const statusShape = z.looseObject({
  state: z.string(),
  seals: z.array(z.string()),
  warnings: z.array(z.string()),
  pid: z.number(),
  sealed: z.looseObject({ because: z.string() }).optional(),
})
const rowsShape = z.object({
  rows: z.array(z.looseObject({ operation: z.string(), details: z.record(z.string(), z.string()).optional() })),
})
const page = readFileSync(join(import.meta.dirname, '../../docs/how-to/hsm.md'), 'utf8')

/** The words of the page's line that begins so. */
function lineOf(beginning: string): readonly string[] {
  const line = page.split('\n').find(one => one.startsWith(beginning))
  return line?.replace(/ +#.*$/, '').split(' ') ?? assert.fail(`the page has no line ${beginning}`)
}

/** Command lines of the programs that live, whoever's they are. */
const commandLines = (): string =>
  readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(name => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8')
      } catch {
        return ''
      }
    })
    .join('\n')

describe('an instance whose seal is on a token', { skip: noSoftHsm }, () => {
  if (noSoftHsm !== false) return
  const hsm = softHsm()
  beforeEach(() => hsm.enter())
  const made = lineOf('softhsm2-util --init-token')
  const label = made[made.indexOf('--label') + 1] ?? ''
  hsm.newToken(label, pin)
  const pinFile = join(hsm.folder, 'pin')
  const wrongPinFile = join(hsm.folder, 'wrong-pin')
  writeFileSync(pinFile, `${pin}\n`, { mode: 0o400 })
  writeFileSync(wrongPinFile, 'another', { mode: 0o400 })
  const started = lineOf('keystead start --pkcs11-module')
  const flagOf = (flag: string) => started[started.indexOf(flag) + 1]
  const variables = { KEYSTEAD_PKCS11_MODULE: hsm.module, KEYSTEAD_PKCS11_TOKEN: label, KEYSTEAD_PKCS11_PIN_FILE: pinFile }
  let instance: Instance
  const status = async () => statusShape.parse(JSON.parse((await instance.run('status', '--json')).stdout))
  const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    const end = performance.now() + 20_000
    while (!(await holds())) {
      assert(performance.now() < end, `${what}, within 20 s`)
      await pause(50)
    }
  }
  after(async () => {
    await instance.stop()
    assert(!(await removeInstance(instance)))
    hsm[Symbol.dispose]()
  })

  test('is begun on it by three settings, and is no development instance', async () => {
    assert.deepEqual([flagOf('--pkcs11-token'), flagOf('--pkcs11-module')?.endsWith('libsofthsm2.so')], [label, true])
    instance = await startInstance({ ...variables, ...hsm.surroundings })
    assert.match(instance.log(), /^Ready in .+ seal pkcs11$/m)
    const { state, seals, warnings } = await status()
    assert.deepEqual([state, seals, warnings], ['active', ['pkcs11'], []])
    assert.match((await instance.run('seal', 'list')).stdout, /pkcs11/)
    assert(!commandLines().includes('token-host'), 'nothing of the token is needed once it is open')
  })

  test('gets another seal by the proof of the PIN, as the page has it', async () => {
    const passphrase = join(instance.dir, 'passphrase')
    writeFileSync(passphrase, 'correct horse battery staple', { mode: 0o600 })
    const proof = ['--proof-pin-file', pinFile]
    const words = ['seal', 'add', '--kind', 'passphrase', '--passphrase-file', passphrase]
    assert.deepEqual(lineOf('keystead seal add --kind passphrase').slice(1, 5), words.slice(0, 4))
    const refused = await instance.run(...words, '--proof-pin-file', wrongPinFile)
    assert.deepEqual([refused.code, /opens no seal/.test(refused.stderr)], [5, true])
    await until('the wait is over', async () => (await instance.run(...words, ...proof)).code === 0)
    assert.deepEqual((await status()).seals.toSorted(), ['passphrase', 'pkcs11'])
  })

  test('started without the token is sealed and says why; it opens when the token is back, without a restart', async () => {
    await instance.stop()
    hsm.pullOut()
    await instance.start()
    assert.match(instance.log(), /^Ready in .+ sealed \(.+\): keystead unseal\nbecause there is no token .+ in .+libsofthsm2\.so$/m)
    const { state, sealed, pid } = await status()
    assert.deepEqual([state, sealed?.because], ['sealed', `there is no token ${label} in ${hsm.module}`])
    hsm.putBack()
    await until('it opens', async () => (await status()).state === 'active')
    assert.equal((await status()).pid, pid)
    const rows = rowsShape.parse(await instance.ask('audit', 'query')).rows
    assert.equal(rows.findLast(({ operation }) => operation === 'InstanceUnseal')?.details?.['seal'], 'pkcs11')
  })

  test('sealed at once opens again by the PIN, and by nothing else of the token', async () => {
    const confirm = ['--confirm', instance.environment.domain]
    assert.equal((await instance.run('seal', 'now', ...confirm)).code, 0)
    assert.equal((await instance.run('unseal', '--pkcs11-pin-file', wrongPinFile)).code, 5)
    await until('the wait is over', async () => (await instance.run('unseal', '--pkcs11-pin-file', pinFile)).code === 0)
    assert.equal((await status()).state, 'active')
    assert.equal(
      (await instance.run('rotate', 'root', '--pkcs11-pin-file', pinFile, '--passphrase-file', join(instance.dir, 'passphrase'))).code,
      0,
    )
  })

  test('stopped, is looked at by the token; the PIN is nowhere', async () => {
    await instance.stop()
    const token = ['--pkcs11-module', hsm.module, '--pkcs11-token', label, '--pkcs11-pin-file', pinFile]
    const verified = await instance.run('audit', 'verify', ...token)
    assert.deepEqual([verified.code, verified.stdout.startsWith('✓ intact')], [0, true], verified.stdout)
    assert(!instance.log().includes(pin))
    assert.match((await instance.run('audit', 'verify')).stdout, /--pkcs11-module, --pkcs11-token and --pkcs11-pin-file/)
    await instance.start()
    assert.equal((await status()).state, 'active')
    assert(!commandLines().includes(pin))
  })

  test('is not begun on a token that is not there', async () => {
    const words = ['start', '--data', join(instance.dir, 'other'), '--port', '0', '--pkcs11-module', hsm.module, '--pkcs11-token', 'none']
    const { code, stderr } = await ranProgram([...words, '--pkcs11-pin-file', pinFile], instance.dir)
    assert.equal(code, 2)
    assert.match(stderr, /its token cannot seal it[\s\S]+there is no token none in/)
  })
})
