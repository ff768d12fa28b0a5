// What helps an operator before and beside an instance: init, hosts, completion, help on a code (people.md 4.2).
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { topicOf, topics } from '#cli/help-topics.ts'
import { program, ranProgram, removeInstance, startInstance, type Instance, type Ran } from './instance.ts'

const dir = mkdtempSync(join(tmpdir(), 'keystead-help-'))
let instance: Instance
before(async () => {
  instance = await startInstance()
  await instance.ask('vault', 'create', 'kv-helped')
})
after(async () => {
  await instance.stop()
  await removeInstance(instance)
  rmSync(dir, { recursive: true, force: true })
})
const ran = async (...words: readonly string[]): Promise<Ran> => ranProgram(words, dir)

describe('init', () => {
  test('makes a root key and the seal that is asked for, once; start opens it', async () => {
    const [data, passphrase] = [join(dir, 'by-passphrase'), join(dir, 'passphrase')]
    writeFileSync(passphrase, 'correct horse battery staple\n', { mode: 0o600 })
    const made = await ran('init', '--data', data, '--seal', 'passphrase', '--passphrase-file', passphrase, '--json')
    assert.equal(made.code, 0, made.stderr)
    const told = JSON.parse(made.stdout) as { rootEpoch: number; seals: readonly string[]; clusterId: string }
    assert.deepEqual([told.rootEpoch, told.seals], [1, ['passphrase']])
    assert.equal((await ran('init', '--data', data)).code, 7)
    assert.equal((await ran('start', '--detach', '--data', data, '--port', '0')).code, 8, 'sealed: nobody is present')
    assert.equal((await ran('unseal', '--data', data, '--passphrase-file', passphrase)).code, 0)
    const status = JSON.parse((await ran('status', '--data', data, '--json')).stdout) as {
      state: string
      seals: readonly string[]
      warnings: readonly string[]
    }
    assert.deepEqual([status.state, status.seals, status.warnings], ['active', ['passphrase'], []])
    await ran('stop', '--data', data)
  })

  test('by a key file where it is named, its owner`s alone and outside the data', async () => {
    const [data, key] = [join(dir, 'by-file'), join(dir, 'keys', 'seal.key')]
    assert.equal((await ran('init', '--data', data, '--seal-file', key)).code, 0)
    assert.equal(statSync(key).mode & 0o777, 0o400)
    assert.equal((await ran('init', '--data', join(dir, 'inside'), '--seal-file', join(dir, 'inside', 'seal.key'))).code, 2)
    assert.equal((await ran('audit', 'verify', '--data', data, '--seal-file', key, '--no-records')).code, 0, 'it opens by that file')
  })

  test('shares, kinds that there are not, and short passphrases are refused, and nothing is made', async () => {
    const data = join(dir, 'refused')
    writeFileSync(join(dir, 'short'), 'too short', { mode: 0o600 })
    const refused = await ran('init', '--data', data, '--seal', 'shamir', '--shares', '5', '--threshold', '3')
    assert.equal(refused.code, 3)
    assert.match(refused.stderr, /^✗ There is no seal in shares here; nothing was made\.$/m)
    assert.equal((await ran('init', '--data', data, '--seal', 'cloud')).code, 3)
    assert.equal((await ran('init', '--data', data, '--seal', 'passphrase', '--passphrase-file', join(dir, 'short'))).code, 3)
    assert(!existsSync(data))
  })
})

describe('hosts', () => {
  const file = join(dir, 'hosts')

  test('prints the names of the instance and of each vault, and changes nothing', async () => {
    const { code, stdout } = await instance.run('hosts')
    assert.equal(code, 0)
    for (const name of ['login.keystead.test', 'management.keystead.test', 'kv-helped.vault.keystead.test'])
      assert(stdout.includes(`127.0.0.1 ${name}\n::1 ${name}\n`), name)
  })

  test('--write puts them into a block of their own, once; --remove leaves the file as it was', async () => {
    writeFileSync(file, '127.0.0.1 localhost')
    assert.equal((await instance.run('hosts', '--write', '--file', file)).code, 0)
    const once = readFileSync(file, 'utf8')
    assert(once.startsWith('127.0.0.1 localhost\n# keystead keystead.test: begin\n'))
    await instance.run('hosts', '--write', '--file', file)
    assert.equal(readFileSync(file, 'utf8'), once)
    assert.equal((await instance.run('hosts', '--remove', '--file', file)).code, 0)
    assert.equal(readFileSync(file, 'utf8'), '127.0.0.1 localhost\n')
  })

  test(
    'a file that may not be written: exit 5, and what to type',
    { skip: process.getuid?.() === 0 ? 'root may write everything' : false },
    async () => {
      chmodSync(file, 0o400)
      const { code, stderr } = await instance.run('hosts', '--write', '--file', file)
      assert.equal(code, 5)
      assert.match(stderr, /next: keystead hosts \| sudo tee -a/)
    },
  )

  test('--trust prints the command of the system, and runs none', async () => {
    const { stdout } = await instance.run('hosts', '--trust', '--json')
    const { caFile, commands } = JSON.parse(stdout) as { caFile: string; commands: readonly string[] }
    assert.equal(caFile, instance.environment.caFile)
    assert(commands.length > 0 && commands.every(command => command.startsWith('sudo ')) && commands[0]?.includes(caFile) === true)
  })
})

describe('completion', () => {
  const completed = async (...typed: readonly string[]): Promise<readonly string[]> =>
    (await ranProgram(['__complete', ...typed], dir)).stdout.split('\n').filter(line => line !== '')

  test('commands, options, and names of vaults of the instance that is named', async () => {
    assert.deepEqual(await completed('compl'), ['completion'])
    assert.deepEqual(await completed('doctor', '--dee'), ['--deep'])
    assert.deepEqual(await completed('rotate', 'compartment', '--data', instance.data, ''), ['kv-helped'])
    assert.deepEqual(await completed('rotate', 'compartment', '--data', join(dir, 'none'), ''), [])
  })

  test('bash takes its script and asks it', async () => {
    const { stdout: script } = await ran('completion', 'bash')
    const asking = `${script}\nCOMP_WORDS=(${program} audit ver); COMP_CWORD=2; _keystead; printf '%s\\n' "\${COMPREPLY[@]}"`
    assert.equal(execFileSync('bash', ['-c', asking], { encoding: 'utf8' }), 'verify\n')
    for (const shell of ['zsh', 'fish']) assert.equal((await ran('completion', shell)).code, 0)
    assert.equal((await ran('completion', 'tcsh')).code, 3)
  })
})

describe('help on a code', () => {
  test('every code that a command fails with has a page', () => {
    const codes = globSync('src/cli/**/*.ts').flatMap(file =>
      [...readFileSync(file, 'utf8').matchAll(/code: '([A-Z][A-Za-z]+)'/g)].map(match => match[1] ?? ''),
    )
    assert(codes.length > 20)
    assert.deepEqual(
      [...new Set(codes)].filter(code => !topics.has(topicOf(code))),
      [],
    )
  })

  test('in either spelling; commands have theirs; nothing known: the nearest', async () => {
    const { code, stdout } = await ran('help', 'audit-tampered')
    assert.equal(code, 0)
    assert.match(stdout, /^AuditTampered\n {2}The audit in the database is not the one that was signed/)
    assert.equal((await ran('help', 'KeyDisabled')).code, 0)
    assert.match((await ran('help', 'doctor')).stdout, /keystead doctor/)
    const missing = await ran('help', 'audit-tamperd')
    assert.equal(missing.code, 3)
    assert.match(missing.stderr, /next: keystead help audit-tampered/)
  })
})
