import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { purgeDeletedTask } from '#domain/deleted-objects/purge.ts'
import { keptDeletedMs } from '#domain/deleted-objects/records.ts'
import { sweepMembershipsRunner } from '#domain/groups/sweep-memberships.ts'
import { isPassword } from '#domain/identity/passwords.ts'
import { tenantId } from '#domain/identity/testing.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { system } from '#model/principal.ts'
import { listIn, textIn } from '#protocols/http/testing.ts'
import { codeOf, graphGround, names, tokenFor, type Asking } from './testing.ts'

const { ground, as, asked } = await graphGround()
const { context } = ground
const home = compartmentOfGuid(tenantId)
const password = 'Correct-Horse-7'

async function person(name: string): Promise<string> {
  const made = await asked('POST', '/v1.0/users', {
    accountEnabled: true,
    displayName: name,
    mailNickname: name,
    userPrincipalName: `${name}@contoso.keystead.test`,
    passwordProfile: { password, forceChangePasswordNextSignIn: false },
  })
  assert.equal(made.status, 201, made.text)
  return textIn(made.json['id'])
}

async function group(name: string, ...members: readonly string[]): Promise<string> {
  const { json } = await asked('POST', '/v1.0/groups', { displayName: name, mailNickname: name, mailEnabled: false, securityEnabled: true })
  const id = textIn(json['id'])
  for (const member of members)
    await asked('POST', `/v1.0/groups/${id}/members/$ref`, { '@odata.id': `https://graph.keystead.test/v1.0/directoryObjects/${member}` })
  return id
}

const restore = async (id: string, by: Asking = asked) => by('POST', `/v1.0/directory/deletedItems/${id}/restore`)
const deleted = async (type: string) => asked('GET', `/v1.0/directory/deletedItems/microsoft.graph.${type}`)

/** The scheduler, once what was deleted is due. */
async function purgeDue(): Promise<void> {
  for (const { compartment, path } of context.deletedObjects.peek())
    await ground.run(system, async call => purgeDeletedTask.run(context, call, { compartment, path }), purgeDeletedTask.operation)
}

describe('a deleted user', () => {
  test('is listed and found, and comes back with the password, the groups and nothing that was signed in', async () => {
    const id = await person('alice')
    const groupId = await group('readers', id)
    const before = context.identity.index.user(tenantId, id)?.value
    assert.equal((await asked('DELETE', '/v1.0/users/alice@contoso.keystead.test')).status, 204)
    assert.equal((await asked('GET', `/v1.0/users/${id}`)).status, 404)
    assert.deepEqual(listIn((await asked('GET', `/v1.0/groups/${groupId}/members`)).json['value']), [])
    assert.deepEqual(listIn((await asked('GET', `/v1.0/groups/${groupId}/members/$ref`)).json['value']), [])
    const found = await asked('GET', `/v1.0/directory/deletedItems/${id}`)
    assert.deepEqual(
      [found.json['@odata.type'], found.json['userPrincipalName'], typeof found.json['deletedDateTime']],
      ['#microsoft.graph.user', `${id.replaceAll('-', '')}alice@contoso.keystead.test`, 'string'],
    )
    assert.deepEqual(names((await deleted('user')).json), ['alice'])
    const back = await restore(id)
    assert.deepEqual([back.status, back.json['id'], back.json['userPrincipalName']], [200, id, 'alice@contoso.keystead.test'])
    assert.deepEqual(names((await asked('GET', `/v1.0/groups/${groupId}/members`)).json), ['alice'])
    assert.deepEqual(listIn((await deleted('user')).json['value']), [])
    const after = context.identity.index.user(tenantId, id)?.value
    assert.equal(after?.signInEpoch, (before?.signInEpoch ?? 0) + 1)
    assert.equal(await ground.run(system, async call => isPassword(context, call, { user: after, text: password })), true)
    assert.equal((await restore(id)).status, 404)
  })

  test('comes back under no name that is another’s by now', async () => {
    const id = await person('bob')
    await asked('DELETE', `/v1.0/users/${id}`)
    const other = await person('bob')
    const refused = await restore(id)
    assert.deepEqual([refused.status, codeOf(refused.json)], [400, 'Request_BadRequest'])
    await asked('DELETE', `/v1.0/users/${other}`)
    assert.equal((await restore(id)).status, 200)
  })

  test('is gone for good by a second deletion, its password and memberships with it', async () => {
    const id = await person('carol')
    await group('some', id)
    await asked('DELETE', `/v1.0/users/${id}`)
    const record = context.deletedObjects.idOf(home, [id])
    assert.equal((await context.store.materialOf(record)).length, 1)
    assert.equal((await asked('DELETE', `/v1.0/directory/deletedItems/${id}`)).status, 204)
    assert.equal((await context.store.materialOf(record)).length, 0)
    assert.deepEqual(context.identity.memberships.namedOf(id), [])
    for (const [method, path] of [
      ['GET', id],
      ['DELETE', id],
      ['POST', `${id}/restore`],
    ] as const)
      assert.equal((await asked(method, `/v1.0/directory/deletedItems/${path}`)).status, 404)
  })

  test('in more groups than one commit holds is out of them piece by piece', async () => {
    const id = await person('everywhere')
    const many = 1_000
    for (let from = 0; from < many; from += 500)
      await ground.run(system, async call => {
        for (let at = from; at < from + 500; at += 1)
          context.memberships.create(call, home, {
            path: [`g${at}`, id],
            value: { tenantId, groupId: `g${at}`, memberId: id, memberKind: 'user', addedAt: call.at },
          })
      })
    await asked('DELETE', `/v1.0/users/${id}`)
    await asked('DELETE', `/v1.0/directory/deletedItems/${id}`)
    assert.equal(context.identity.memberships.namedOf(id).length, many)
    const job = () => context.jobs.peek().find(({ value }) => value.input['member'] === id)
    for (let steps = 0; job()?.value.state === 'running' && steps < 9; steps += 1) {
      const now = job()
      assert(now)
      await ground.run(system, async call => sweepMembershipsRunner.step(context, call, now), sweepMembershipsRunner.operation)
    }
    assert.deepEqual([job()?.value.state, context.identity.memberships.namedOf(id)], ['succeeded', []])
  })
})

describe('a deleted group', () => {
  test('gives nobody anything until it comes back, with who was in it and what it was in', async () => {
    const member = await person('dave')
    const inner = await group('inner', member)
    const outer = await group('outer', inner)
    const groupsOf = () => context.identity.memberships.groupsOf(member)
    assert.deepEqual(groupsOf(), [inner, outer])
    await asked('DELETE', `/v1.0/groups/${inner}`)
    assert.deepEqual(groupsOf(), [])
    assert.deepEqual(names((await deleted('group')).json), ['inner'])
    assert.equal((await restore(inner)).json['@odata.type'], '#microsoft.graph.group')
    assert.deepEqual(groupsOf(), [inner, outer])
    await asked('DELETE', `/v1.0/groups/${inner}`)
    await asked('DELETE', `/v1.0/directory/deletedItems/${inner}`)
    assert.deepEqual([context.identity.memberships.namedIn(inner), context.identity.memberships.namedOf(inner)], [[], []])
  })
})

describe('a deleted application', () => {
  test('comes back with its principal and its secrets, and tokens of before stay ended', async () => {
    const made = await ground.add('service', 'read')
    const service = await as(made)
    assert.equal((await service('GET', '/v1.0/groups')).status, 200)
    const { id } = made.application.value
    assert.equal((await asked('DELETE', `/v1.0/applications/${id}`)).status, 204)
    assert.equal((await service('GET', '/v1.0/groups')).status, 401)
    await assert.rejects(tokenFor(ground, made))
    assert.deepEqual(
      listIn((await deleted('servicePrincipal')).json['value']).map(one => one['id']),
      [made.oid],
    )
    ground.clock.advance(2_000)
    assert.equal((await restore(id)).status, 200)
    assert.equal((await service('GET', '/v1.0/groups')).status, 401)
    assert.equal((await (await as(made))('GET', '/v1.0/groups')).status, 200)
    assert.deepEqual(listIn((await deleted('servicePrincipal')).json['value']), [])
  })

  test('comes back under no identifier that is another’s by now', async () => {
    const make = async () =>
      textIn((await asked('POST', '/v1.0/applications', { displayName: 'named', identifierUris: ['api://n'] })).json['id'])
    const id = await make()
    await asked('DELETE', `/v1.0/applications/${id}`)
    await make()
    assert.equal((await restore(id)).status, 400)
  })

  test('takes with it for good the principal that went with it, and what was consented to for that', async () => {
    const made = await ground.add('consented')
    const resource = context.identity.index.servicePrincipalOfApp(tenantId, 'cfa8b339-82a2-471a-a3c9-0fc0be7a4093')?.value.id
    await asked('POST', '/v1.0/oauth2PermissionGrants', {
      clientId: made.oid,
      resourceId: resource,
      consentType: 'AllPrincipals',
      scope: 'user_impersonation',
    })
    const { id } = made.application.value
    await asked('DELETE', `/v1.0/applications/${id}`)
    assert.equal((await asked('DELETE', `/v1.0/directory/deletedItems/${id}`)).status, 204)
    assert.equal((await asked('GET', `/v1.0/directory/deletedItems/${made.oid}`)).status, 404)
    assert.deepEqual(
      context.permissionGrants.peek().filter(({ value }) => value.clientId === made.oid),
      [],
    )
  })

  test('of a principal alone leaves the application', async () => {
    const made = await ground.add('alone')
    await asked('DELETE', `/v1.0/servicePrincipals/${made.oid}`)
    assert.equal((await restore(made.oid)).status, 200)
    await asked('DELETE', `/v1.0/servicePrincipals/${made.oid}`)
    assert.equal((await asked('POST', '/v1.0/servicePrincipals', { appId: made.appId })).status, 201)
    assert.equal((await restore(made.oid)).status, 400)
  })
})

describe('thirty days after', () => {
  test('nothing of it is to be had back, and the scheduler takes it away', async () => {
    const id = await person('erin')
    await asked('DELETE', `/v1.0/users/${id}`)
    ground.clock.advance(keptDeletedMs - 1_000)
    await purgeDue()
    assert.notEqual(
      context.deletedObjects.peek().find(({ path }) => path[0] === id),
      undefined,
    )
    ground.clock.advance(1_000)
    const late = await as(await ground.add('late', 'write'))
    assert.deepEqual([(await restore(id, late)).status, (await late('GET', `/v1.0/directory/deletedItems/${id}`)).status], [404, 404])
    await purgeDue()
    assert.equal(
      context.deletedObjects.peek().find(({ path }) => path[0] === id),
      undefined,
    )
  })

  test('and who only reads the directory restores and purges nothing', async () => {
    const reader = await as(await ground.add('reader', 'read'))
    const id = crypto.randomUUID()
    assert.equal((await reader('DELETE', `/v1.0/directory/deletedItems/${id}`)).status, 403)
    assert.equal((await restore(id, reader)).status, 403)
  })
})
