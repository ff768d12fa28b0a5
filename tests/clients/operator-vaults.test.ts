// The operator's own commands for vaults and machines, over the admin socket (people.md 4.2).
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { z } from 'zod'
import { ranProgram, removeInstance, startInstance, type Instance } from './instance.ts'

let instance: Instance
before(async () => {
  instance = await startInstance()
})
after(async () => {
  await instance.stop()
  assert(!(await removeInstance(instance)))
})

/** `--data` comes before the command that is run. */
const exec = async (...words: readonly string[]) => ranProgram(['exec', '--data', instance.data, '--', ...words], instance.dir)

const vaultShape = z.looseObject({
  id: z.string(),
  name: z.string(),
  properties: z.looseObject({
    sku: z.looseObject({ name: z.string() }),
    enableRbacAuthorization: z.boolean(),
    softDeleteRetentionInDays: z.number(),
  }),
})
const names = async (...more: readonly string[]) =>
  z
    .array(z.looseObject({ name: z.string() }))
    .parse(await instance.ask('vault', 'list', ...more))
    .map(({ name }) => name)

describe('keystead vault', () => {
  test('creates, lists, recovers and purges; what it makes goes by roles', async () => {
    const made = vaultShape.parse(await instance.ask('vault', 'create', 'kv-op', '--premium', '--retention-days', '7'))
    assert.deepEqual(
      [made.properties.sku.name, made.properties.enableRbacAuthorization, made.properties.softDeleteRetentionInDays],
      ['premium', true, 7],
    )
    assert.equal((await instance.run('vault', 'create', 'kv-op')).code, 7, 'to create is not to change')
    assert.equal((await instance.run('vault', 'create', '1-bad')).code, 3)
    assert.match((await instance.run('vault', 'list')).stdout, /^kv-op {2}premium rbac {2}soft delete 7 d\n$/)
    const token = await armToken()
    const url = `${instance.environment.endpoints.management}${made.id}?api-version=2022-07-01`
    assert.equal((await exec('curl', '-sf', '-X', 'DELETE', '-H', `Authorization: Bearer ${token}`, url)).code, 0)
    assert.deepEqual([await names(), await names('--deleted')], [[], ['kv-op']])
    await instance.ask('vault', 'recover', 'KV-OP')
    assert.deepEqual([await names(), await names('--deleted')], [['kv-op'], []])
    assert.equal((await instance.run('vault', 'purge', 'kv-op', '--confirm', 'kv-op')).code, 6, 'what lives is not purged')
    assert.equal((await exec('curl', '-sf', '-X', 'DELETE', '-H', `Authorization: Bearer ${token}`, url)).code, 0)
    assert.match(
      (await instance.run('vault', 'list', '--deleted')).stdout,
      /^kv-op {2}deleted \d{4}-\d\d-\d\d {2}purged \d{4}-\d\d-\d\d\n$/,
    )
    for (const unconfirmed of [[], ['--confirm', 'kv-other']])
      assert.equal((await instance.run('vault', 'purge', 'kv-op', ...unconfirmed)).code, 3)
    assert.deepEqual(await names('--deleted'), ['kv-op'], 'nothing was done')
    await instance.ask('vault', 'purge', 'KV-OP', '--confirm', 'kv-op')
    assert.deepEqual(await names('--deleted'), [])
    const guarded = vaultShape.parse(await instance.ask('vault', 'create', 'kv-op', '--purge-protection'))
    assert.equal(guarded.properties.softDeleteRetentionInDays, 90)
  })
})

describe('keystead vm', () => {
  test('makes a machine with an identity, whose metadata service is its own', async () => {
    const made = z
      .looseObject({ id: z.string(), identity: z.looseObject({ principalId: z.guid() }) })
      .parse(await instance.ask('vm', 'create', 'vm-op'))
    const { url } = z.looseObject({ url: z.url() }).parse(await instance.ask('vm', 'imds', made.id))
    const answer = await fetch(`${url}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://vault.azure.net`, {
      headers: { Metadata: 'true' },
    })
    const { access_token: token } = z.object({ access_token: z.string() }).parse(await answer.json())
    const { oid } = z.looseObject({ oid: z.string() }).parse(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()))
    assert.equal(oid, made.identity.principalId)
    assert.equal((await instance.run('vm', 'create', 'vm-op')).code, 7)
    const assigned = await instance.run('vm', 'identity', 'assign', made.id)
    assert.match(assigned.stdout, /^vm-op {2}SystemAssigned\n$/, assigned.stderr)
    assert.equal((await instance.run('vm', 'identity', 'assign', made.id, '--identity', made.id)).code, 3)
    assert.equal((await instance.run('vm', 'imds', `${made.id}x`)).code, 6)
  })
})

async function armToken(): Promise<string> {
  const { administrator, tenantId, endpoints } = instance.environment
  const form = `grant_type=client_credentials&client_id=${administrator.clientId}&client_secret=${encodeURIComponent(administrator.clientSecret)}&scope=${endpoints.management}/.default`
  const { stdout } = await exec('curl', '-sf', '-d', form, `${endpoints.login}/${tenantId}/oauth2/v2.0/token`)
  return z.looseObject({ access_token: z.string() }).parse(JSON.parse(stdout)).access_token
}
