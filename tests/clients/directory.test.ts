// Graph with the tokens of @azure/identity, and the commands that make who there is (identity-and-arm.md 3.5, people.md 4.2).
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ClientSecretCredential } from '@azure/identity'
import { z } from 'zod'
import { addApplication, authorityOf, azureBy, azureOf, called, refusalOf, vaultId, vaultResource } from './azure.ts'
import { behindInstance } from './behind.ts'

const instance = await behindInstance(import.meta.filename)
const { environment } = instance
const administrator = azureOf(environment, environment.administrator)
const { graph } = environment.endpoints

const object = z.looseObject({ id: z.guid(), displayName: z.string().optional() })
const list = z.looseObject({ value: z.array(object), '@odata.nextLink': z.url().optional() })

async function asked(method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(path.startsWith('https:') ? path : `${graph}/v1.0/${path}`, {
    method,
    headers: { authorization: `Bearer ${await administrator.token(graph)}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  assert(answer.ok, `${method} ${path}: ${answer.status} ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

async function vaultWithKey(): Promise<string> {
  const name = called('kv')
  await administrator.vaults.vaults.createOrUpdate(environment.resourceGroup, name, {
    location: environment.location,
    properties: { tenantId: environment.tenantId, sku: { family: 'A', name: 'standard' }, enableRbacAuthorization: true },
  })
  await administrator.assign(
    'Key Vault Administrator',
    environment.administrator.objectId,
    vaultId(environment, environment.resourceGroup, name),
  )
  await administrator.keys(name).createEcKey('made')
  return name
}

describe('Graph', () => {
  test('keeps groups; a role of a group is its members’, from the next request on and no longer', async () => {
    const vault = await vaultWithKey()
    const member = await addApplication(instance, called('app'))
    const name = called('group')
    const group = object.parse(
      await asked('POST', 'groups', { displayName: name, mailNickname: name, mailEnabled: false, securityEnabled: true }),
    )
    const scope = vaultId(environment, environment.resourceGroup, vault)
    const [definition] = await Array.fromAsync(
      administrator.authorization.roleDefinitions.list(scope, { filter: "roleName eq 'Key Vault Crypto User'" }),
    )
    await administrator.authorization.roleAssignments.create(scope, crypto.randomUUID(), {
      roleDefinitionId: definition?.id ?? assert.fail('no role'),
      principalId: group.id,
      principalType: 'Group',
    })
    const keys = azureOf(environment, member).keys(vault)
    assert.equal((await refusalOf('reading without a role', keys.getKey('made'))).statusCode, 403)
    await asked('POST', `groups/${group.id}/members/$ref`, { '@odata.id': `${graph}/v1.0/directoryObjects/${member.objectId}` })
    assert.equal((await keys.getKey('made')).name, 'made')
    const assigned = await Array.fromAsync(
      administrator.authorization.roleAssignments.listForScope(scope, { filter: `assignedTo('${member.objectId}')` }),
    )
    assert.deepEqual(
      assigned.map(one => [one.principalId, one.principalType]),
      [[group.id, 'Group']],
    )
    await asked('DELETE', `groups/${group.id}/members/${member.objectId}/$ref`)
    assert.equal((await refusalOf('reading after leaving', keys.getKey('made'))).statusCode, 403)
  })

  test('pages through everything, and filters on the way', async () => {
    const prefix = called('pg')
    for (const at of [1, 2, 3, 4, 5])
      await asked('POST', 'groups', {
        displayName: `${prefix}-${at}`,
        mailNickname: `${prefix}-${at}`,
        mailEnabled: false,
        securityEnabled: true,
      })
    const seen: (string | undefined)[] = []
    const filter = encodeURIComponent(`startswith(displayName,'${prefix}')`)
    for (let next: string | undefined = `groups?$top=2&$filter=${filter}&$select=id,displayName`; next !== undefined;) {
      const page = list.parse(await asked('GET', next))
      seen.push(...page.value.map(one => one.displayName))
      next = page['@odata.nextLink']
    }
    assert.deepEqual(
      seen,
      [1, 2, 3, 4, 5].map(at => `${prefix}-${at}`),
    )
  })
})

describe('commands', () => {
  test('group create, add, list, remove and delete', async () => {
    const [member, name] = [await addApplication(instance, called('app')), called('Team ')]
    const { objectId } = z.object({ name: z.literal(name), objectId: z.guid() }).parse(await instance.ask('group', 'create', name))
    assert.deepEqual(await instance.ask('group', 'add', name, member.clientId), {
      group: name,
      groupId: objectId,
      objectId: member.objectId,
    })
    assert.deepEqual(
      list.parse(await asked('GET', `groups/${objectId}/members`)).value.map(({ id }) => id),
      [member.objectId],
    )
    const groups = z
      .array(z.object({ name: z.string(), objectId: z.guid(), members: z.array(z.unknown()) }))
      .parse(await instance.ask('group', 'list'))
    assert.equal(groups.find(group => group.objectId === objectId)?.members.length, 1)
    await instance.ask('group', 'remove', objectId, member.objectId)
    assert.deepEqual(list.parse(await asked('GET', `groups/${objectId}/members`)).value, [])
    assert.equal((await instance.run('group', 'remove', objectId, member.objectId)).code, 6)
    await instance.ask('group', 'delete', name)
    assert.equal((await instance.run('group', 'add', name, member.objectId)).code, 6)
  })

  test('tenant create makes a tenant whose tokens open nothing in another', async () => {
    const vault = await vaultWithKey()
    const name = called('Fabrikam ')
    const application = z.object({ clientId: z.guid(), clientSecret: z.string(), objectId: z.guid() })
    const made = z
      .looseObject({
        tenantId: z.guid(),
        subscriptionId: z.guid(),
        resourceGroup: z.string(),
        domain: z.string(),
        administrator: application,
      })
      .parse(await instance.ask('tenant', 'create', name))
    const { clientId, clientSecret } = made.administrator
    const credential = new ClientSecretCredential(made.tenantId, clientId, clientSecret, authorityOf(environment))
    const other = azureBy({ ...environment, tenantId: made.tenantId, subscriptionId: made.subscriptionId }, credential)
    assert.equal((await other.resources.resourceGroups.get(made.resourceGroup)).name, made.resourceGroup)
    const token = await other.token(vaultResource(environment))
    const answer = await fetch(`https://${vault}${environment.endpoints.vaultSuffix}/keys/made?api-version=7.4`, {
      headers: { authorization: `Bearer ${token}` },
    })
    assert.equal(answer.status, 401)
    assert.match(answer.headers.get('www-authenticate') ?? '', new RegExp(environment.tenantId))
    const tenants = z
      .array(z.object({ tenantId: z.guid(), name: z.string(), domains: z.array(z.string()) }).loose())
      .parse(await instance.ask('tenant', 'list'))
    assert.deepEqual(new Set(tenants.map(one => one.tenantId)), new Set([environment.tenantId, made.tenantId]))
    const groups = list.parse(
      await (await fetch(`${graph}/v1.0/groups`, { headers: { authorization: `Bearer ${await other.token(graph)}` } })).json(),
    )
    assert.deepEqual(groups.value, [])
  })
})
