// Conditions on the names of secrets (key-vault.md 7, the preview), over both wires.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { house, subscriptionId, vaultId, type House } from './wire/house.ts'

const secretsOfficer = 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
const actions = 'Microsoft.KeyVault/vaults/secrets'

/** A house whose stranger is Key Vault Secrets Officer of the vault, under a condition. */
async function under(condition: string): Promise<House> {
  const all = await house()
  const stranger = all.ground.context.servicePrincipals.peek().find(({ value }) => value.displayName === 'stranger')
  const roleDefinitionId = `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${secretsOfficer}`
  const given = await all.send(all.wire('arm'), 'administrator', {
    method: 'PUT',
    path: `${vaultId}/providers/Microsoft.Authorization/roleAssignments/${crypto.randomUUID()}`,
    body: { properties: { roleDefinitionId, principalId: stranger?.value.id, condition, conditionVersion: '2.0' } },
  })
  assert.equal(given.status, 201, given.text)
  for (const name of ['app-one', 'other']) {
    const made = await all.send(all.wire('keyvault'), 'administrator', { method: 'PUT', path: `/secrets/${name}`, body: { value: 'v' } })
    assert.equal(made.status, 200, made.text)
  }
  return all
}

const askedAs =
  (all: House) =>
  async (method: string, path: string, body?: object): Promise<number> =>
    (await all.send(all.wire('keyvault'), 'stranger', { method, path, ...(body !== undefined && { body }) })).status

describe('a role on secrets under a condition on their names', () => {
  const named = `@Resource[${actions}:name] StringStartsWith 'app-'`
  const set = `@Request[${actions}:name] StringStartsWith 'app-'`

  test('holds for the secrets that it names, in the spelling that it names, and for no list', async () => {
    const all = await under(
      `((!(ActionMatches{'${actions}/setSecret/action'})) AND ${named}) OR (ActionMatches{'${actions}/setSecret/action'} AND ${set})`,
    )
    const asked = askedAs(all)
    assert.equal(await asked('GET', '/secrets/app-one'), 200)
    assert.equal(await asked('GET', '/secrets/other'), 403)
    assert.equal(await asked('GET', '/secrets/APP-ONE'), 403, 'case counts')
    assert.equal(await asked('GET', '/secrets/app-one/versions'), 200)
    assert.equal(await asked('GET', '/secrets'), 403, 'of a list no name is known')
    assert.equal(await asked('PUT', '/secrets/app-two', { value: 'v' }), 200)
    assert.equal(await asked('PUT', '/secrets/stolen', { value: 'v' }), 403)
    assert.equal(await asked('DELETE', '/secrets/app-two'), 200)
    assert.equal(await asked('GET', '/deletedsecrets/app-two'), 200)
    assert.equal(await asked('POST', '/secrets/other/backup'), 403)
    const kept = await all.send(all.wire('keyvault'), 'administrator', { method: 'POST', path: '/secrets/app-one/backup' })
    assert.equal(await asked('POST', '/secrets/restore', kept.json), 403, 'of the resource no name is known, it is only brought')
  })

  test('holds for a restore by the name that the backup holds, as the request says it', async () => {
    const all = await under(`(!(ActionMatches{'${actions}/restore/action'})) OR ${set}`)
    const asked = askedAs(all)
    const good = async (method: string, path: string) => {
      const answered = await all.send(all.wire('keyvault'), 'administrator', { method, path })
      assert.ok(answered.status < 300, answered.text)
      return answered.json
    }
    const kept = new Map<string, object>()
    for (const name of ['app-one', 'other']) {
      kept.set(name, await good('POST', `/secrets/${name}/backup`))
      await good('DELETE', `/secrets/${name}`)
      await good('DELETE', `/deletedsecrets/${name}`)
    }
    assert.equal(await asked('POST', '/secrets/restore', kept.get('other')), 403)
    assert.equal(await asked('POST', '/secrets/restore', { value: 'bm90IGEgYmFja3Vw' }), 403, 'what holds no name')
    assert.equal(await asked('POST', '/secrets/restore', { value: 7 }), 403, 'what is none')
    assert.equal(await asked('POST', '/secrets/restore', kept.get('app-one')), 200)
    assert.equal(await asked('GET', '/secrets/app-one'), 200)
    assert.equal(await asked('GET', '/secrets/other'), 404)
  })

  test('that spares one secret is not walked around by another spelling', async () => {
    const all = await under(`@Resource[${actions}:name] StringNotEquals 'other'`)
    const asked = askedAs(all)
    assert.equal(await asked('GET', '/secrets/app-one'), 200)
    for (const spelled of ['other', 'OTHER', 'Other']) assert.equal(await asked('GET', `/secrets/${spelled}`), 403, spelled)
  })

  test('names the vault as well', async () => {
    const all = await under("@Resource[Microsoft.KeyVault/vaults:name] StringLike 'kv-*'")
    const asked = askedAs(all)
    assert.equal(await asked('GET', '/secrets'), 200)
    const elsewhere = await under("@Resource[Microsoft.KeyVault/vaults:name] StringStartsWith 'prod-'")
    assert.equal(await askedAs(elsewhere)('GET', '/secrets'), 403)
  })
})
