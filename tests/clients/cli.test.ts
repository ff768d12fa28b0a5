// The command as people and scripts use it (people.md 4.1, 5): one running instance, and none.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { z } from 'zod'
import { commands } from '#cli/command-table.ts'
import { program, ranProgram, removeInstance, startInstance, type Instance, type Ran } from './instance.ts'

const nowhere = mkdtempSync(join(tmpdir(), 'keystead-nowhere-'))
let instance: Instance
before(async () => {
  instance = await startInstance()
})
after(async () => {
  await instance.stop()
  assert(!(await removeInstance(instance)))
  rmSync(nowhere, { recursive: true, force: true })
})

const ran = async (...words: readonly string[]): Promise<Ran> => ranProgram(words, nowhere)
/** `--data` comes before the command that is run. */
const exec = async (...words: readonly string[]): Promise<Ran> => ranProgram(['exec', '--data', instance.data, '--', ...words], nowhere)
const escape = String.fromCodePoint(27)

describe('every command', () => {
  for (const { words, example, summary } of commands) {
    test(`${words}: help begins with a line to copy`, async () => {
      const { code, stdout } = await ran(...words.split(' ').filter(word => /^[a-z]/.test(word)), '--help')
      assert.equal(code, 0)
      assert(stdout.startsWith(example), stdout)
      assert(stdout.replaceAll(/\s+/g, ' ').includes(summary.replaceAll(/\s+/g, ' ')))
      assert(!stdout.includes(escape), 'no colours in a pipe')
    })
  }
})

describe('failures', () => {
  test('no instance: exit 4, what happened, why, what to type; stdout stays empty', async () => {
    const { code, stdout, stderr } = await ran('status')
    assert.deepEqual([code, stdout], [4, ''])
    assert.match(stderr, /^✗ No Keystead answers for .+\.\n {2}because .+\n {2}next: keystead start --data .+\n {2}code NotRunning\n$/)
  })

  test('with --json the same is one document on stderr', async () => {
    const { code, stdout, stderr } = await ran('status', '--json')
    const { error } = JSON.parse(stderr) as { error: { code: string; next: readonly string[] } }
    assert.deepEqual([code, stdout, error.code, error.next.length], [4, '', 'NotRunning', 1])
  })

  test('an unknown word: exit 3 and the nearest that there is', async () => {
    const { code, stderr } = await ran('statsu')
    assert.equal(code, 3)
    assert.match(stderr, /Did you mean status\?/)
  })

  test('a second start on the same data is refused, and says who holds it', async () => {
    const { code, stderr } = await ranProgram(['start', '--data', instance.data, '--port', '0'], nowhere)
    assert.equal(code, 9)
    assert.match(stderr, /is open in another process \(pid \d+, since .+\)/)
    assert.equal((await instance.run('status')).code, 0, 'the first one does not notice')
  })

  test('a disk that is not there: exit 6', async () => {
    const { code } = await instance.run(
      'disk',
      'export',
      '/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/g/providers/Microsoft.Compute/disks/none',
    )
    assert.equal(code, 6)
  })

  test('audit verify without a Keystead cannot tell: exit 2', async () => {
    const { code } = await ranProgram(['audit', 'verify', '--data', nowhere], nowhere)
    assert.equal(code, 2)
    assert(!existsSync(join(nowhere, 'keystead.db')), 'nothing was made by looking')
  })
})

describe('a running instance', () => {
  test('status exits 0 while it is active and names its ports and seals', async () => {
    const status = (await instance.ask('status')) as { state: string; seals: readonly string[]; ports: { tls: number } }
    assert.deepEqual([status.state, status.seals, status.ports.tls], ['active', ['key-file'], instance.environment.port])
  })

  test('env prints exports that a shell takes, and undoes them all', async () => {
    const set = await instance.run('env')
    assert.match(set.stdout, /^export HTTPS_PROXY='http:\/\/127\.0\.0\.1:\d+'$/m)
    assert.match(set.stdout, /^unset ALL_PROXY$/m)
    const names = [...set.stdout.matchAll(/^export (\w+)=/gm)].map(match => match[1])
    const unset = await instance.run('env', '--unset')
    assert.deepEqual(
      [...unset.stdout.matchAll(/^unset (\w+)$/gm)].map(match => match[1]),
      names,
    )
    assert(!names.includes('HTTP_PROXY'), 'IMDS is plain http and must stay direct')
  })

  test('an application may be added twice under one name; its secret is told once and is in no log', async () => {
    const [first, second] = [await instance.ask('app', 'add', 'ci'), await instance.ask('app', 'add', 'ci')] as {
      clientId: string
      clientSecret: string
    }[]
    assert(first !== undefined && second !== undefined && first.clientId !== second.clientId)
    const audit = (await instance.run('audit', 'query', '--json')).stdout
    assert(audit.includes(first.clientId) && !audit.includes(first.clientSecret) && !instance.log().includes(first.clientSecret))
  })

  test('exec gives its command the names and the trust, its own exit code, and tells what it was refused', async () => {
    const script =
      "fetch('https://management.keystead.test/metadata/endpoints?api-version=2022-09-01').then(async a => process.exit((await a.json()).name ? 7 : 1), () => process.exit(2))"
    assert.equal((await exec(process.execPath, '-e', script)).code, 7)
    const refused = await exec(process.execPath, '-e', "fetch('https://api.example.com').catch(() => process.exit(5))")
    assert.deepEqual([refused.code, refused.stderr.includes('refused api.example.com (allow: --pass api.example.com)')], [5, true])
    assert.equal((await exec('no-such-program-here')).code, 127)
  })

  test('exec --as-azure leads the public cloud’s names here for its command alone, told on stderr; nothing of it is left', async () => {
    const script = `
      const { tenantId, clientId, clientSecret } = { tenantId: process.env.AZURE_TENANT_ID, clientId: process.env.AZURE_CLIENT_ID, clientSecret: process.env.AZURE_CLIENT_SECRET }
      const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope: 'https://management.azure.com/.default' })
      const token = await (await fetch(\`https://login.microsoftonline.com/\${tenantId}/oauth2/v2.0/token\`, { method: 'POST', body })).json()
      const list = await (await fetch('https://management.azure.com/subscriptions?api-version=2022-12-01', { headers: { authorization: 'Bearer ' + token.access_token } })).json()
      const absent = ['AZURE_AUTHORITY_HOST', 'ARM_CLOUD_METADATA_URL', 'ARM_METADATA_HOSTNAME', 'AZURE_CORE_INSTANCE_DISCOVERY'].every(name => process.env[name] === undefined)
      const challenge = (await fetch('https://kv1.vault.azure.net/keys?api-version=7.4')).headers.get('www-authenticate') ?? ''
      console.log(JSON.stringify({ count: list.value.length, absent, bundle: process.env.SSL_CERT_FILE, challenge }))`
    const words = ['exec', '--data', instance.data, '--as-azure', '--', process.execPath, '--input-type=module', '-e', script]
    await instance.ask('vault', 'create', 'kv1')
    const { code, stdout, stderr } = await ranProgram(words, nowhere)
    assert.equal(code, 0, stderr)
    assert.match(stderr, /login\.microsoftonline\.com, .+ lead to this instance, for this command alone/)
    const told = JSON.parse(stdout) as { count: number; absent: boolean; bundle: string; challenge: string }
    assert.deepEqual([told.count, told.absent, existsSync(told.bundle)], [1, true, false])
    assert.match(
      told.challenge,
      /authorization="https:\/\/login\.microsoftonline\.com\/[0-9a-f-]{36}", resource="https:\/\/vault\.azure\.net"/,
    )
    const plain = await exec(process.execPath, '-e', "fetch('https://kv1.vault.azure.net/keys').catch(() => process.exit(5))")
    assert.deepEqual([plain.code, plain.stderr.includes('refused kv1.vault.azure.net')], [5, true])
  })

  test('app add --role gives the role in the same breath; where that cannot be, no application is left', async () => {
    await instance.run('vault', 'create', 'kv-roles')
    const made = (await instance.ask('app', 'add', 'with-role', '--role', 'key vault crypto user', '--scope', 'kv-roles/k1')) as {
      objectId: string
      role: string
      scope: string
    }
    assert.deepEqual([made.role, made.scope.endsWith('/vaults/kv-roles/keys/k1')], ['Key Vault Crypto User', true])
    const explained = async (action: string): Promise<number> =>
      (await instance.run('access', 'explain', made.objectId, action, 'kv-roles/k1')).code
    assert.deepEqual([await explained('keys/sign'), await explained('keys/create')], [0, 1])
    const codes = []
    for (const words of [
      ['--role', 'No Such Role', '--scope', 'kv-roles'],
      ['--role', 'Key Vault Crypto User', '--scope', 'no-such-vault'],
      ['--role', 'Key Vault Crypto User'],
      ['--role', 'Key Vault Crypto User', '--scope', 'kv-roles', '--as', 'with-role'],
    ])
      codes.push((await instance.run('app', 'add', 'without-role', ...words)).code)
    assert.deepEqual(codes, [6, 6, 3, 6])
    const listed = JSON.stringify(await instance.ask('app', 'list'))
    assert(listed.includes('with-role') && !listed.includes('without-role'))
  })

  test('access explain says no with 1, why, and the narrowest grant', async () => {
    const { clientId, objectId } = (await instance.ask('app', 'add', 'explained')) as { clientId: string; objectId: string }
    assert(clientId !== objectId)
    const { subscriptionId, resourceGroup } = instance.environment
    const scope = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.KeyVault/vaults/kv1/keys/k1`
    const { code, stdout } = await instance.run('access', 'explain', objectId, 'keys/sign', scope)
    assert.equal(code, 1)
    assert.match(stdout, /^DENIED /)
    assert.match(stdout, /grant: az role assignment create .*--role "Key Vault Crypto User"/)
  })

  test('access review shows who may what, ends with 1 where something is found, and writes CSV', async () => {
    const { code, stdout } = await instance.run('access', 'review', '--csv')
    assert.match(stdout, /^resource,resourceId,model,principal,objectId,type,management,data,conditional,via,unused,lastUse,findings\n/)
    const rows = (await instance.ask('access', 'review')) as readonly { findings: readonly string[] }[]
    assert.equal(code, rows.some(row => row.findings.length > 0) ? 1 : 0)
  })

  test('audit query filters, tail shows the newest, verify exits 0 running and stopped', async () => {
    const denied = (await instance.ask('audit', 'query', '--denied')) as { rows: readonly { decision: { allow: boolean } }[] }
    assert(denied.rows.every(row => !row.decision.allow))
    assert.match((await instance.run('audit', 'tail')).stdout, /✓ \w+ /)
    assert.equal((await instance.run('audit', 'verify')).code, 0)
    await instance.stop()
    assert.equal((await instance.run('audit', 'verify')).code, 0)
    const rows = ((await instance.ask('audit', 'query')) as { rows: readonly unknown[] }).rows
    assert(rows.length > 10)
    await instance.start()
  })

  test('what it keeps is its owner`s alone', async () => {
    const { statSync } = await import('node:fs')
    for (const file of ['keystead.db', 'lock.db', 'tls/server.key', 'admin.sock'])
      assert.equal(statSync(join(instance.data, file)).mode & 0o077, 0, file)
    assert(readFileSync(program, 'utf8').startsWith('#!/bin/sh'))
  })
})

describe('users', () => {
  const tenantDomain = (): string => `${instance.environment.tenantId.slice(0, 8)}.${instance.environment.domain}`

  test('are created with a password that no argument holds, disabled, and let in again', async () => {
    const file = join(nowhere, 'password')
    writeFileSync(file, 'Correct-Horse-7\n', { mode: 0o600 })
    const name = `alice@${tenantDomain()}`
    const made = await instance.run('user', 'create', name, '--password-file', file, '--display-name', 'Alice A.')
    assert.equal(made.code, 0, made.stderr)
    assert.match(made.stdout, new RegExp(`^${name} {2}Alice A\\. {2}objectId [0-9a-f-]{36}\n$`))
    assert(!`${made.stdout}${made.stderr}`.includes('Correct-Horse-7'))
    const again = await instance.run('user', 'create', name, '--generate')
    assert.equal(again.code, 3)
    assert.match(again.stderr, /already exists/)
    const { enabled } = z.looseObject({ enabled: z.boolean() }).parse(await instance.ask('user', 'disable', name))
    assert.equal(enabled, false)
    assert.match((await instance.run('user', 'disable', name, '--undo')).stdout, /may sign in again/)
    const renewed = z
      .looseObject({ password: z.string() })
      .parse(await instance.ask('user', 'password', name, '--generate', '--must-change'))
    assert(renewed.password.length > 30)
    const users = z.array(z.looseObject({ name: z.string(), enabled: z.boolean() })).parse(await instance.ask('user', 'list'))
    assert.deepEqual(users, [{ ...users[0], name, enabled: true }])
    const unconfirmed = await instance.run('user', 'delete', name)
    assert.deepEqual([unconfirmed.code, /nothing was done/.test(unconfirmed.stderr)], [3, true])
    assert.equal((await instance.run('user', 'delete', name, '--confirm', name)).code, 0)
    assert.deepEqual(await instance.ask('user', 'list'), [])
    const grant = await instance.run('tenant', 'password-grant', 'sometimes')
    assert.equal(grant.code, 3)
    assert.deepEqual(await instance.ask('tenant', 'password-grant', 'on'), { passwordGrant: true })
    const nobody = await instance.run('user', 'disable', `nobody@${tenantDomain()}`)
    assert.deepEqual([nobody.code, /Nobody is named/.test(nobody.stderr)], [6, true])
  })
})
