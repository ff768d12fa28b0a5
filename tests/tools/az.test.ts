// az as Microsoft publishes it, in the surroundings that `keystead env` prints (people.md 0.2): nothing registered, nothing weakened.
import assert from 'node:assert/strict'
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { z } from 'zod'
import { addApplication, azureOf, called, groupId, vaultId } from '#tests/clients/azure.ts'
import { behindInstance } from '#tests/clients/behind.ts'
import { clientCertificate } from '#tests/clients/certificate.ts'
import { addCertificate } from '#tests/clients/graph.ts'
import { program as keystead, type Instance } from '#tests/clients/instance.ts'
import { findProgram, ran, testMissing } from './programs.ts'

const az = findProgram('az', ['version'])
if (az === undefined) testMissing('az', 'no az: pip install azure-cli==2.91.0 in a virtual environment and put it on PATH')
else testAz(az, await behindInstance(import.meta.filename))

const resource = z.looseObject({ id: z.string(), name: z.string() })
const keyAnswer = z.looseObject({ key: z.looseObject({ kid: z.string(), n: z.string() }) })

function testAz(program: string, instance: Instance): void {
  const { environment } = instance
  const { administrator, location, tenantId, subscriptionId } = environment
  const config = join(instance.dir, 'azure')
  const usersOwn = statSync(join(homedir(), '.azure'), { throwIfNoEntry: false })?.mtimeMs
  mkdirSync(config)
  const surroundings = { env: { ...process.env, AZURE_CONFIG_DIR: config }, cwd: instance.dir }
  const [group, vault, set, disk] = [called('az-'), called('kv'), called('des'), called('disk')]

  async function run(...words: readonly string[]): Promise<unknown> {
    const { code, stdout, stderr } = await ran(program, [...words, '--output', 'json'], surroundings)
    assert.equal(code, 0, `az ${words.join(' ')}: exit ${code}\n${stderr}`)
    return stdout.trim() === '' ? undefined : JSON.parse(stdout)
  }
  const signIn = async (clientId: string, ...by: readonly string[]): Promise<unknown> =>
    run('login', '--service-principal', '--username', clientId, '--tenant', tenantId, ...by)
  const give = async (role: string, principalId: string, scope: string): Promise<unknown> => {
    const to = ['--assignee-object-id', principalId, '--assignee-principal-type', 'ServicePrincipal']
    return run('role', 'assignment', 'create', ...to, '--role', role, '--scope', scope)
  }

  describe('az', { concurrency: 1, timeout: 600_000 }, () => {
    before(async () => signIn(administrator.clientId, '--password', administrator.clientSecret))

    test('has signed in with a secret and sees the subscription', async () => {
      const shown = z.looseObject({ id: z.guid(), tenantId: z.guid() }).parse(await run('account', 'show'))
      assert.deepEqual([shown.id, shown.tenantId], [subscriptionId, tenantId])
    })

    test('makes a group and a vault, and shows the vault', async () => {
      assert.equal(resource.parse(await run('group', 'create', '--name', group, '--location', location)).id, groupId(environment, group))
      const at = ['--name', vault, '--resource-group', group]
      const made = resource.parse(await run('keyvault', 'create', ...at, '--location', location, '--enable-rbac-authorization', 'true'))
      assert.equal(made.id, vaultId(environment, group, vault))
      assert.deepEqual(resource.parse(await run('keyvault', 'show', ...at)).id, made.id)
    })

    test('assigns a role, then creates a key, encrypts, decrypts and rotates', async () => {
      const assigned = z
        .looseObject({ principalId: z.string() })
        .parse(await give('Key Vault Crypto Officer', administrator.objectId, vaultId(environment, group, vault)))
      assert.equal(assigned.principalId, administrator.objectId)
      await give('Key Vault Crypto User', administrator.objectId, vaultId(environment, group, vault))
      const at = ['--vault-name', vault, '--name', 'cmk']
      const first = keyAnswer.parse(await run('keyvault', 'key', 'create', ...at, '--kty', 'RSA', '--size', '3072'))
      const value = Buffer.from('what az encrypts').toString('base64')
      const by = ['--algorithm', 'RSA-OAEP-256', '--data-type', 'base64']
      const encrypted = z.looseObject({ result: z.string() }).parse(await run('keyvault', 'key', 'encrypt', ...at, ...by, '--value', value))
      assert.notEqual(encrypted.result, value)
      const decrypted = await run('keyvault', 'key', 'decrypt', ...at, ...by, '--value', encrypted.result)
      assert.equal(z.looseObject({ result: z.string() }).parse(decrypted).result, value)
      const second = keyAnswer.parse(await run('keyvault', 'key', 'rotate', ...at))
      assert.notEqual(second.key.kid, first.key.kid)
      assert.equal(Buffer.from(second.key.n, 'base64').length, 384)
    })

    test('makes a disk encryption set, shows it, and a disk under it once the set has its role', async () => {
      const { key } = keyAnswer.parse(await run('keyvault', 'key', 'show', '--vault-name', vault, '--name', 'cmk'))
      const at = ['--name', set, '--resource-group', group]
      await run('disk-encryption-set', 'create', ...at, '--key-url', key.kid, '--source-vault', vault)
      const shown = z
        .looseObject({ identity: z.looseObject({ principalId: z.guid() }), activeKey: z.looseObject({ keyUrl: z.string() }) })
        .parse(await run('disk-encryption-set', 'show', ...at))
      assert.equal(shown.activeKey.keyUrl, key.kid)
      const under = ['--encryption-type', 'EncryptionAtRestWithCustomerKey', '--disk-encryption-set', set]
      const create = ['disk', 'create', '--name', disk, '--resource-group', group, '--size-gb', '4', ...under, '--output', 'json']
      const refused = await ran(program, create, surroundings)
      assert.notEqual(refused.code, 0)
      assert.match(refused.stderr, /KeyVaultAccessForbidden/)
      await give('Key Vault Crypto Service Encryption User', shown.identity.principalId, vaultId(environment, group, vault))
      const made = z.looseObject({ id: z.string(), diskSizeGB: z.number() }).parse(await run(...create.slice(0, -2)))
      assert.equal(made.diskSizeGB, 4)
    })

    test('is given a link to the disk, which leads to it without a token, and takes it back', async () => {
      const at = ['--name', disk, '--resource-group', group]
      const granted = await run('disk', 'grant-access', ...at, '--access-level', 'Read', '--duration-in-seconds', '600')
      const { accessSAS } = z.looseObject({ accessSAS: z.url() }).parse(granted)
      const first = await fetch(accessSAS, { headers: { range: 'bytes=0-511' } })
      assert.deepEqual([first.status, (await first.bytes()).every(byte => byte === 0)], [206, true])
      await run('disk', 'revoke-access', ...at)
      assert.equal((await fetch(accessSAS)).status, 403)
    })

    test('signs in with a certificate', async () => {
      const application = await addApplication(instance, called('robot'))
      const certificate = await clientCertificate('robot')
      await addCertificate(instance, azureOf(environment, administrator), { application, der: certificate.der })
      await azureOf(environment, administrator).assign('Reader', application.objectId, groupId(environment, group))
      const file = join(instance.dir, 'robot.pem')
      writeFileSync(file, certificate.pem, { mode: 0o600 })
      await signIn(application.clientId, '--certificate', file)
      assert.equal(resource.parse(await run('group', 'show', '--name', group)).name, group)
      const refused = await ran(program, ['group', 'create', '--name', called('no'), '--location', location], surroundings)
      assert.notEqual(refused.code, 0)
      assert.match(refused.stderr, /AuthorizationFailed/)
    })

    test('works through `keystead exec`, which sets all of it, and leaves the user’s own profile alone', async () => {
      const script = [
        `az login --service-principal -u "$AZURE_CLIENT_ID" -p "$AZURE_CLIENT_SECRET" --tenant "$AZURE_TENANT_ID" -o none`,
        `az keyvault show --name ${vault} --resource-group ${group} --query name -o tsv`,
      ].join(' && ')
      const env = { ...process.env, PATH: `${join(program, '..')}:${process.env['PATH'] ?? ''}` }
      const { code, stdout, stderr } = await ran(keystead, ['exec', '--data', instance.data, '--', 'sh', '-c', script], {
        env,
        cwd: instance.dir,
      })
      assert.equal(code, 0, stderr)
      assert.equal(stdout.trim(), vault)
      assert.equal(statSync(join(homedir(), '.azure'), { throwIfNoEntry: false })?.mtimeMs, usersOwn)
    })
  })
}
