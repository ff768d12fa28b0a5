import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { tenantId, type Made } from '#domain/identity/testing.ts'
import { az, codeForm, peopleGround, type Person } from '#protocols/entra/people.ts'
import { v2 } from '#protocols/entra/testing.ts'
import { createPipeline } from '#protocols/http/pipeline.ts'
import { ask, listIn, textIn, type Answered } from '#protocols/http/testing.ts'
import { graphProtocol } from './index.ts'

const people = await peopleGround()
const { ground } = people
const { context } = ground
const pipeline = createPipeline(context, graphProtocol('keystead.test'))
const base = 'https://graph.keystead.test'
type Asking = (method: string, path: string, body?: unknown) => Promise<Answered>

const by =
  (token: string): Asking =>
  async (method, path, body) =>
    ask(pipeline, {
      method,
      url: `${base}/v1.0/${path}`,
      headers: { authorization: `Bearer ${token}` },
      ...(body !== undefined && { body }),
    })
const asApplication = async ({ appId, secretText }: Made): Promise<Asking> => {
  const form = { grant_type: 'client_credentials', client_id: appId, client_secret: secretText, scope: `${base}/.default` }
  return by(textIn((await people.post(v2, form)).json['access_token']))
}
const asUser = async (who: Person, clientId = az): Promise<Asking> => {
  const scope = `${base}/.default`
  const { code, verifier } = await people.code(who, { scope, client_id: clientId })
  return by(textIn((await people.post(v2, { ...codeForm(code, verifier), scope, client_id: clientId })).json['access_token']))
}
const asked = await asApplication(await ground.add('administrator', 'write'))
const graphPrincipal = context.identity.index.servicePrincipalOfApp(tenantId, '00000003-0000-0000-c000-000000000000')?.value.id ?? ''
const ownedBy = '18a4783c-866b-4cc7-a460-3d5e5662c884'
const reference = (id: string) => ({ '@odata.id': `${base}/v1.0/directoryObjects/${id}` })
const own = async (set: string, id: string, owner: string) => {
  const answered = await asked('POST', `${set}/${id}/owners/$ref`, reference(owner))
  assert.equal(answered.status, 204, answered.text)
}
const newGroup = async (name: string) =>
  textIn((await asked('POST', 'groups', { displayName: name, mailNickname: name, mailEnabled: false, securityEnabled: true })).json['id'])

const app = await ground.add('owned')
const other = await ground.add('not owned')
const alice = await people.person('alice')
const bob = await people.person('bob')
const applicationOf = ({ application }: Made) => `applications/${application.value.id}`
let groupId = ''
let user: Asking
let stranger: Asking

before(async () => {
  groupId = await newGroup('owned')
  await own('applications', app.application.value.id, alice.id)
  await own('servicePrincipals', app.oid, alice.id)
  await own('groups', groupId, alice.id)
  ;[user, stranger] = [await asUser(alice), await asUser(bob)]
})

describe('a user who owns it', () => {
  const changes: readonly (readonly [what: string, change: (who: Asking) => Promise<Answered>, status: number])[] = [
    ['changes an application', async who => who('PATCH', applicationOf(app), { displayName: 'renamed' }), 204],
    ['gives it a secret', async who => who('POST', `${applicationOf(app)}/addPassword`, {}), 200],
    ['changes its principal', async who => who('PATCH', `servicePrincipals/${app.oid}`, { accountEnabled: true }), 204],
    ['gives its principal a secret', async who => who('POST', `servicePrincipals/${app.oid}/addPassword`, {}), 200],
    [
      'lets an issuer outside vouch for it',
      async who =>
        who('POST', `${applicationOf(app)}/federatedIdentityCredentials`, {
          name: `n${Math.floor(performance.now() * 1_000)}`,
          issuer: 'https://issuer.example',
          subject: `s${performance.now()}`,
          audiences: ['api://AzureADTokenExchange'],
        }),
      201,
    ],
    ['changes a group', async who => who('PATCH', `groups/${groupId}`, { description: 'of Alice' }), 204],
    ['takes somebody into the group', async who => who('POST', `groups/${groupId}/members/$ref`, reference(bob.id)), 204],
    ['takes somebody out of it', async who => who('DELETE', `groups/${groupId}/members/${bob.id}/$ref`), 204],
    ['lets somebody in to the application', async who => letIn(who, bob.id), 201],
  ]
  for (const [what, change, status] of changes)
    test(`${what}; nobody else does`, async () => {
      assert.equal((await change(stranger)).status, 403)
      const done = await change(user)
      assert.equal(done.status, status, done.text)
    })

  const noRole = '00000000-0000-0000-0000-000000000000'
  const letIn = async (who: Asking, principalId: string) =>
    who('POST', `servicePrincipals/${app.oid}/appRoleAssignedTo`, { principalId, resourceId: app.oid, appRoleId: noRole })

  test('names another owner, who manages it from then on and no longer than he is one', async () => {
    assert.equal((await user('POST', `${applicationOf(app)}/owners/$ref`, reference(bob.id))).status, 204)
    assert.equal((await stranger('PATCH', applicationOf(app), { displayName: 'by Bob' })).status, 204)
    assert.equal((await user('DELETE', `${applicationOf(app)}/owners/${bob.id}/$ref`)).status, 204)
    assert.equal((await stranger('PATCH', applicationOf(app), { displayName: 'by Bob' })).status, 403)
  })

  test('has no right in what he does not own, nor in the rest of the directory', async () => {
    for (const [method, path, body] of [
      ['PATCH', applicationOf(other), { displayName: 'mine' }],
      ['POST', `${applicationOf(other)}/owners/$ref`, reference(alice.id)],
      ['PATCH', `servicePrincipals/${other.oid}`, { accountEnabled: false }],
      ['PATCH', `users/${bob.id}`, { displayName: 'mine' }],
      [
        'POST',
        'oauth2PermissionGrants',
        { clientId: app.oid, resourceId: graphPrincipal, consentType: 'AllPrincipals', scope: 'User.Read' },
      ],
      [
        'POST',
        `servicePrincipals/${graphPrincipal}/appRoleAssignedTo`,
        { principalId: app.oid, resourceId: graphPrincipal, appRoleId: ownedBy },
      ],
      ['POST', `servicePrincipals/${app.oid}/appRoleAssignments`, { principalId: app.oid, resourceId: graphPrincipal, appRoleId: ownedBy }],
    ] as const)
      assert.equal((await user(method, path, body)).status, 403, `${method} ${path}`)
    const asItself = await letIn(user, other.oid)
    assert.equal(asItself.status, 403, 'what applications may do among themselves is the directory’s')
  })

  test('registers applications, with their principals, and owns and manages them', async () => {
    const made = await user('POST', 'applications', { displayName: 'of Alice' })
    assert.equal(made.status, 201, made.text)
    const principal = await user('POST', 'servicePrincipals', { appId: made.json['appId'] })
    assert.equal(principal.status, 201, principal.text)
    const [id, oid] = [textIn(made.json['id']), textIn(principal.json['id'])]
    assert.deepEqual(
      listIn((await user('GET', `applications/${id}/owners`)).json['value']).map(one => one['id']),
      [alice.id],
    )
    assert.equal((await user('POST', `applications/${id}/addPassword`, {})).status, 200)
    assert.equal((await stranger('POST', `applications/${id}/addPassword`, {})).status, 403)
    assert.equal(
      (
        await user('POST', 'servicePrincipals', {
          appId: (await stranger('POST', 'applications', { displayName: 'of Bob' })).json['appId'],
        })
      ).status,
      403,
    )
    const idsOf = async (path: string): Promise<readonly unknown[]> => listIn((await user('GET', path)).json['value']).map(one => one['id'])
    assert.deepEqual(new Set(await idsOf('me/ownedObjects')), new Set([app.application.value.id, app.oid, groupId, id, oid]))
    assert.deepEqual(await idsOf(`users/${alice.id}/ownedObjects/microsoft.graph.servicePrincipal`), [app.oid, oid])
    assert.equal((await asked('GET', 'me/ownedObjects')).status, 403, 'an application is no /me')
    assert.deepEqual(listIn((await asked('GET', `servicePrincipals/${app.oid}/ownedObjects`)).json['value']), [])
    assert.equal((await asked('GET', `groups/${groupId}/ownedObjects`)).status, 400, 'groups own nothing')
    const types = listIn((await user('GET', 'me/ownedObjects')).json['value']).map(one => one['@odata.type'])
    assert.deepEqual(new Set(types), new Set(['application', 'servicePrincipal', 'group'].map(type => `#microsoft.graph.${type}`)))
  })

  test('makes groups, with members, and owns and manages them', async () => {
    const made = await user('POST', 'groups', {
      displayName: 'of Alice',
      mailNickname: 'of-alice',
      mailEnabled: false,
      securityEnabled: true,
      'members@odata.bind': [`${base}/v1.0/users/${bob.id}`],
    })
    assert.equal(made.status, 201, made.text)
    const path = `groups/${textIn(made.json['id'])}`
    const idsOf = async (list: string): Promise<readonly unknown[]> =>
      listIn((await user('GET', `${path}/${list}`)).json['value']).map(one => one['id'])
    assert.deepEqual([await idsOf('owners'), await idsOf('members')], [[alice.id], [bob.id]])
    assert.equal((await stranger('PATCH', path, { description: 'mine' })).status, 403)
    assert.equal((await user('DELETE', path)).status, 204)
    const client = await ground.add('client of one scope')
    await asked('PATCH', applicationOf(client), { publicClient: { redirectUris: ['http://localhost'] } })
    const through = await asUser(alice, client.appId)
    assert.equal(
      (await through('POST', 'groups', { displayName: 'x', mailNickname: 'x', mailEnabled: false, securityEnabled: true })).status,
      403,
    )
  })

  test('stays an owner of his group as long as no other user is one', async () => {
    const group = await newGroup('kept')
    await own('groups', group, app.oid)
    await own('groups', group, alice.id)
    const leave = async (id: string): Promise<number> => (await asked('DELETE', `groups/${group}/owners/${id}/$ref`)).status
    assert.equal(await leave(alice.id), 400)
    await own('groups', group, bob.id)
    assert.deepEqual([await leave(alice.id), await leave(app.oid), await leave(bob.id)], [204, 204, 400])
    assert.equal((await asked('DELETE', `groups/${group}`)).status, 204)
  })

  test('manages it only through a client that acts in the directory for him', async () => {
    const client = await ground.add('client')
    await asked('PATCH', applicationOf(client), { publicClient: { redirectUris: ['http://localhost'] } })
    const through = await asUser(alice, client.appId)
    const change = async () => through('PATCH', applicationOf(app), { displayName: 'through another client' })
    assert.equal((await change()).status, 403)
    const grant = { clientId: client.oid, resourceId: graphPrincipal, consentType: 'AllPrincipals', scope: 'Directory.AccessAsUser.All' }
    assert.equal((await asked('POST', 'oauth2PermissionGrants', grant)).status, 201)
    assert.equal((await change()).status, 204)
  })

  test('deletes it, and owns nothing of that name any more', async () => {
    const made = await ground.add('short-lived')
    await own('applications', made.application.value.id, alice.id)
    assert.equal((await stranger('DELETE', applicationOf(made))).status, 403)
    assert.equal((await user('DELETE', applicationOf(made))).status, 204)
    assert.equal((await user('PATCH', applicationOf(made), { displayName: 'x' })).status, 403)
    assert.equal((await user('DELETE', `groups/${groupId}`)).status, 204)
  })
})

describe('an application with Application.ReadWrite.OwnedBy', () => {
  test('makes applications and their principals, owns them, and manages no others', async () => {
    const maker = await ground.add('maker')
    const makes = await asApplication(maker)
    assert.equal((await makes('POST', 'applications', { displayName: 'made' })).status, 403)
    await asked('POST', `servicePrincipals/${graphPrincipal}/appRoleAssignedTo`, {
      principalId: maker.oid,
      resourceId: graphPrincipal,
      appRoleId: ownedBy,
    })
    const made = await makes('POST', 'applications', { displayName: 'made' })
    assert.equal(made.status, 201, made.text)
    const id = textIn(made.json['id'])
    assert.deepEqual(
      listIn((await makes('GET', `applications/${id}/owners`)).json['value']).map(one => one['id']),
      [maker.oid],
    )
    assert.equal((await makes('POST', `applications/${id}/addPassword`, {})).status, 200)
    const principal = await makes('POST', 'servicePrincipals', { appId: made.json['appId'] })
    assert.equal(principal.status, 201, principal.text)
    assert.equal((await makes('PATCH', `servicePrincipals/${textIn(principal.json['id'])}`, { accountEnabled: false })).status, 204)
    assert.equal((await makes('POST', `${applicationOf(other)}/addPassword`, {})).status, 403)
    assert.equal((await makes('DELETE', `servicePrincipals/${other.oid}`)).status, 403)
    assert.equal(
      (await makes('POST', 'groups', { displayName: 'x', mailNickname: 'x', mailEnabled: false, securityEnabled: true })).status,
      403,
    )
    const bare = await asked('POST', 'applications', { displayName: 'without a principal' })
    assert.equal((await makes('POST', 'servicePrincipals', { appId: bare.json['appId'] })).status, 403)
  })

  test('is what owning takes: the mere owner manages nothing', async () => {
    const owner = await ground.add('owner')
    const owns = await asApplication(owner)
    await own('applications', other.application.value.id, owner.oid)
    assert.equal((await owns('POST', `${applicationOf(other)}/addPassword`, {})).status, 403)
  })
})

describe('an application with Group.Create', () => {
  const security = (name: string) => ({ displayName: name, mailNickname: name, mailEnabled: false, securityEnabled: true })

  test('makes groups, and manages those that it named itself an owner of', async () => {
    const maker = await ground.add('group maker')
    const makes = await asApplication(maker)
    assert.equal((await makes('POST', 'groups', security('none'))).status, 403)
    const given = { principalId: maker.oid, resourceId: graphPrincipal, appRoleId: 'bf7b1a76-6e77-406b-b258-bf5c7720e98f' }
    assert.equal((await asked('POST', `servicePrincipals/${graphPrincipal}/appRoleAssignedTo`, given)).status, 201)
    const made = await makes('POST', 'groups', {
      ...security('of-the-maker'),
      'owners@odata.bind': [`${base}/v1.0/servicePrincipals/${maker.oid}`],
    })
    assert.equal(made.status, 201, made.text)
    const group = `groups/${textIn(made.json['id'])}`
    assert.equal((await makes('POST', `${group}/members/$ref`, reference(bob.id))).status, 204)
    assert.deepEqual(
      listIn((await asked('GET', `${group}/members`)).json['value']).map(one => one['id']),
      [bob.id],
    )
    assert.equal((await makes('PATCH', group, { description: 'kept by an application' })).status, 204)
    assert.equal((await makes('DELETE', `${group}/members/${bob.id}/$ref`)).status, 204)
    assert.equal((await makes('POST', 'applications', { displayName: 'none' })).status, 403)
    const anonymous = await makes('POST', 'groups', security('of-nobody'))
    const nobodys = `groups/${textIn(anonymous.json['id'])}`
    assert.deepEqual(listIn((await asked('GET', `${nobodys}/owners`)).json['value']), [])
    assert.equal((await makes('POST', `${nobodys}/members/$ref`, reference(bob.id))).status, 403)
    assert.equal((await makes('POST', `groups/${await newGroup('of-others')}/members/$ref`, reference(bob.id))).status, 403)
    assert.equal((await makes('DELETE', group)).status, 204)
  })

  test('is what owning takes: the mere owner takes nobody in, and one who lost the role no more', async () => {
    const owner = await ground.add('group owner')
    const owns = await asApplication(owner)
    const group = await newGroup('owned-by-an-application')
    await own('groups', group, owner.oid)
    const takeIn = async (id: string): Promise<number> => (await owns('POST', `groups/${group}/members/$ref`, reference(id))).status
    assert.equal(await takeIn(bob.id), 403)
    const given = { principalId: owner.oid, resourceId: graphPrincipal, appRoleId: 'bf7b1a76-6e77-406b-b258-bf5c7720e98f' }
    const assignment = await asked('POST', `servicePrincipals/${graphPrincipal}/appRoleAssignedTo`, given)
    assert.equal(await takeIn(bob.id), 204)
    assert.equal(
      (await asked('DELETE', `servicePrincipals/${graphPrincipal}/appRoleAssignedTo/${textIn(assignment.json['id'])}`)).status,
      204,
    )
    assert.equal(await takeIn(alice.id), 403)
  })
})
