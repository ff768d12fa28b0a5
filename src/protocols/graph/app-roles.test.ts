import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { createManagedIdentity, removePrincipal } from '#domain/identity/directory.ts'
import { issueManagedToken } from '#domain/identity/issue-managed-token.ts'
import { tenantId, type Made } from '#domain/identity/testing.ts'
import { system } from '#model/principal.ts'
import { claimsIn, codeForm, domain, peopleGround, said, type Person } from '#protocols/entra/people.ts'
import { v2 } from '#protocols/entra/testing.ts'
import { createPipeline } from '#protocols/http/pipeline.ts'
import { ask, listIn, textIn, type Answered } from '#protocols/http/testing.ts'
import { graphProtocol } from './index.ts'
import { codeOf } from './testing.ts'

const people = await peopleGround()
const { ground } = people
const { context } = ground
const pipeline = createPipeline(context, graphProtocol('keystead.test'))
const base = 'https://graph.keystead.test'
const administrator = await ground.add('administrator', 'write')
const api = await ground.add('api')
const daemon = await ground.add('daemon')
const alice = await people.person('alice')
const role = (value: string, allowedMemberTypes: readonly string[]) => ({
  id: crypto.randomUUID(),
  value,
  displayName: value,
  description: `May ${value}`,
  isEnabled: true,
  allowedMemberTypes,
})
const reader = role('Reader', ['User'])
const writer = role('Writer', ['User', 'Application'])
const noRole = '00000000-0000-0000-0000-000000000000'
const graphRole = { read: '7ab1d382-f21e-4acd-a863-ba3e13f7da61', write: '19dbc75e-c2e2-444c-a770-ec69d8559fc7' }

const tokenOf = async ({ appId, secretText }: Pick<Made, 'appId' | 'secretText'>, resource = base): Promise<Answered> =>
  people.post(v2, { grant_type: 'client_credentials', client_id: appId, client_secret: secretText, scope: `${resource}/.default` })

const by = (token: string) => async (method: string, path: string, body?: unknown) =>
  ask(pipeline, {
    method,
    url: `${base}/v1.0/${path}`,
    headers: { authorization: `Bearer ${token}` },
    ...(body !== undefined && { body }),
  })
const asked = by(textIn((await tokenOf(administrator)).json['access_token']))
const graphPrincipal = context.identity.index.servicePrincipalOfApp(tenantId, '00000003-0000-0000-c000-000000000000')?.value.id ?? ''

const assign = async (principalId: string, appRoleId: string, resourceId = api.oid): Promise<string> => {
  const made = await asked('POST', `servicePrincipals/${resourceId}/appRoleAssignedTo`, { principalId, resourceId, appRoleId })
  assert.equal(made.status, 201, made.text)
  return textIn(made.json['id'])
}
const unassign = async (id: string, resourceId = api.oid) =>
  assert.equal((await asked('DELETE', `servicePrincipals/${resourceId}/appRoleAssignedTo/${id}`)).status, 204)

async function tokensOf(who: Person): Promise<Answered> {
  const scope = `api://roles/access openid`
  const { code, verifier } = await people.code(who, { scope })
  return people.post(v2, { ...codeForm(code, verifier), scope })
}

before(async () => {
  const changed = await asked('PATCH', `applications/${api.application.value.id}`, {
    identifierUris: ['api://roles'],
    appRoles: [reader, writer],
    api: { oauth2PermissionScopes: [{ id: crypto.randomUUID(), value: 'access', type: 'User', isEnabled: true }] },
  })
  assert.equal(changed.status, 204, changed.text)
})

describe('a role of an application', () => {
  test('is in the tokens of an application that has it, and in no later ones once it is taken away', async () => {
    assert.equal(claimsIn((await tokenOf(daemon, 'api://roles')).json['access_token'])['roles'], undefined)
    const id = await assign(daemon.oid, writer.id)
    const shown = await asked('GET', `servicePrincipals/${daemon.oid}/appRoleAssignments`)
    assert.deepEqual(
      listIn(shown.json['value']).map(one => [one['id'], one['principalType'], one['principalDisplayName'], one['resourceDisplayName']]),
      [[id, 'ServicePrincipal', 'daemon', 'api']],
    )
    assert.equal((await asked('GET', `servicePrincipals/${api.oid}/appRoleAssignedTo/${id}`)).json['appRoleId'], writer.id)
    const claims = claimsIn((await tokenOf(daemon, 'api://roles')).json['access_token'])
    assert.deepEqual([claims['aud'], claims['roles'], claims['scp']], ['api://roles', ['Writer'], undefined])
    assert.equal(claimsIn((await tokenOf(daemon, 'https://vault.keystead.test')).json['access_token'])['roles'], undefined)
    await unassign(id)
    assert.equal(claimsIn((await tokenOf(daemon, 'api://roles')).json['access_token'])['roles'], undefined)
  })

  test('is in a user’s tokens by himself and by a group that he is in, not by one around it', async () => {
    const group = async (name: string) =>
      textIn(
        (await asked('POST', 'groups', { displayName: name, mailNickname: name, mailEnabled: false, securityEnabled: true })).json['id'],
      )
    const [inner, outer] = [await group('inner'), await group('outer')]
    const join = async (into: string, id: string) =>
      asked('POST', `groups/${into}/members/$ref`, { '@odata.id': `${base}/v1.0/directoryObjects/${id}` })
    await join(inner, alice.id)
    await join(outer, inner)
    await assign(outer, writer.id)
    assert.equal(claimsIn((await tokensOf(alice)).json['access_token'])['roles'], undefined)
    const own = await asked('POST', `users/alice@${domain}/appRoleAssignments`, {
      principalId: alice.id,
      resourceId: api.oid,
      appRoleId: reader.id,
    })
    assert.equal(own.status, 201, own.text)
    assert.deepEqual(claimsIn((await tokensOf(alice)).json['access_token'])['roles'], ['Reader'])
    await asked('POST', `groups/${inner}/appRoleAssignments`, { principalId: inner, resourceId: api.oid, appRoleId: writer.id })
    assert.deepEqual(claimsIn((await tokensOf(alice)).json['access_token'])['roles'], ['Reader', 'Writer'])
    assert.equal((await asked('DELETE', `users/${alice.id}/appRoleAssignments/${textIn(own.json['id'])}`)).status, 204)
    assert.deepEqual(claimsIn((await tokensOf(alice)).json['access_token'])['roles'], ['Writer'])
  })

  test('that is switched off is in no token, and then it is taken away', async () => {
    const id = await assign(daemon.oid, writer.id)
    const path = `applications/${api.application.value.id}`
    assert.equal((await asked('PATCH', path, { appRoles: [reader] })).status, 400)
    assert.equal((await asked('PATCH', path, { appRoles: [reader, { ...writer, isEnabled: false }] })).status, 204)
    assert.equal(claimsIn((await tokenOf(daemon, 'api://roles')).json['access_token'])['roles'], undefined)
    await asked('PATCH', path, { appRoles: [reader, writer] })
    await unassign(id)
  })

  test('of version 2 and of a managed identity is told alike', async () => {
    const { principalId } = await ground.run(system, async call =>
      createManagedIdentity(context, call, { tenantId, displayName: 'vm', resourceId: '/subscriptions/x', userAssigned: false }),
    )
    await assign(principalId, writer.id)
    await asked('PATCH', `applications/${api.application.value.id}`, { api: { requestedAccessTokenVersion: 2 } })
    const token = await ground.run(system, async call =>
      issueManagedToken(context, call, { identity: { tenantId, principalId }, resource: 'api://roles' }),
    )
    for (const claims of [claimsIn(token.accessToken), claimsIn((await tokensOf(alice)).json['access_token'])])
      assert.deepEqual([claims['ver'], claims['aud'], claims['roles']], ['2.0', api.appId, ['Writer']])
    await asked('PATCH', `applications/${api.application.value.id}`, { api: { requestedAccessTokenVersion: null } })
    await ground.run(system, async call => removePrincipal(context, call, tenantId, principalId))
    assert.deepEqual(context.identity.appRoles.of(principalId), [])
  })

  const wrong = crypto.randomUUID()
  for (const [what, body, status] of [
    ['that is none', { principalId: daemon.oid, appRoleId: wrong }, 400],
    ['for users alone, to an application', { principalId: daemon.oid, appRoleId: reader.id }, 400],
    ['to an application that has roles, without one', { principalId: daemon.oid, appRoleId: noRole }, 400],
    ['to nobody', { principalId: wrong, appRoleId: writer.id }, 404],
    ['to an application instead of its principal', { principalId: daemon.application.value.id, appRoleId: writer.id }, 400],
    ['of another resource than the path’s', { principalId: daemon.oid, appRoleId: writer.id, resourceId: daemon.oid }, 400],
  ] as const)
    test(`is not given ${what}`, async () => {
      const refused = await asked('POST', `servicePrincipals/${api.oid}/appRoleAssignedTo`, { resourceId: api.oid, ...body })
      assert.equal(refused.status, status, refused.text)
    })

  test('is not given twice, and is found only where it is', async () => {
    const id = await assign(daemon.oid, writer.id)
    const again = { principalId: daemon.oid, resourceId: api.oid, appRoleId: writer.id }
    const { status, json } = await asked('POST', `servicePrincipals/${daemon.oid}/appRoleAssignments`, again)
    assert.deepEqual([status, codeOf(json)], [400, 'Request_BadRequest'])
    assert.equal((await asked('DELETE', `servicePrincipals/${daemon.oid}/appRoleAssignedTo/${id}`)).status, 404)
    assert.equal((await asked('DELETE', `users/${alice.id}/appRoleAssignments/${id}`)).status, 404)
    await unassign(id)
  })
})

describe('an application that wants assignments', () => {
  test('is for those alone who have one, users and applications', async () => {
    const path = `servicePrincipals/${api.oid}`
    assert.equal((await asked('PATCH', path, { appRoleAssignmentRequired: true })).status, 204)
    assert.equal((await asked('GET', path)).json['appRoleAssignmentRequired'], true)
    const bob = await people.person('bob')
    assert.deepEqual(said(await tokenOf(daemon, 'api://roles')), [400, 'invalid_grant', 501051])
    assert.deepEqual(said(await tokensOf(bob)), [400, 'invalid_grant', 50105])
    assert.equal((await tokensOf(alice)).status, 200)
    const [ofDaemon, ofBob] = [await assign(daemon.oid, writer.id), await assign(bob.id, reader.id)]
    assert.equal((await tokenOf(daemon, 'api://roles')).status, 200)
    assert.equal((await tokensOf(bob)).status, 200)
    for (const id of [ofDaemon, ofBob]) await unassign(id)
    assert.equal((await asked('PATCH', path, { appRoleAssignmentRequired: false })).status, 204)
    assert.equal((await tokensOf(bob)).status, 200)
  })
})

describe('a role of Graph', () => {
  test('is a right in the directory from the next request on, and not after', async () => {
    const made = await ground.add('by a role')
    const own = by(textIn((await tokenOf(made)).json['access_token']))
    assert.equal((await own('GET', 'groups')).status, 403)
    const read = await assign(made.oid, graphRole.read, graphPrincipal)
    assert.equal((await own('GET', 'groups')).status, 200)
    assert.equal((await own('POST', 'applications', { displayName: 'x' })).status, 403)
    const write = await assign(made.oid, graphRole.write, graphPrincipal)
    assert.equal((await own('POST', 'applications', { displayName: 'x' })).status, 201)
    assert.deepEqual(claimsIn((await tokenOf(made)).json['access_token'])['roles'], ['Directory.Read.All', 'Directory.ReadWrite.All'])
    for (const id of [read, write]) await unassign(id, graphPrincipal)
    assert.equal((await own('GET', 'groups')).status, 403)
  })

  test('is nobody’s to give who does not write the directory', async () => {
    const own = by(textIn((await tokenOf(await ground.add('reads', 'read'))).json['access_token']))
    const body = { principalId: daemon.oid, resourceId: graphPrincipal, appRoleId: graphRole.write }
    assert.equal((await own('POST', `servicePrincipals/${graphPrincipal}/appRoleAssignedTo`, body)).status, 403)
    assert.equal((await own('POST', `servicePrincipals/${daemon.oid}/appRoleAssignments`, body)).status, 403)
  })

  test('is not a user’s: consent lets a client read for him, and no more', async () => {
    const made = await ground.add('reads for users')
    await asked('PATCH', `applications/${made.application.value.id}`, { publicClient: { redirectUris: ['http://localhost'] } })
    const tokens = async () => {
      const scope = `${base}/Directory.Read.All`
      const { code, verifier } = await people.code(alice, { client_id: made.appId, scope })
      return people.post(v2, { ...codeForm(code, verifier), client_id: made.appId, scope })
    }
    const ofAlice = by(textIn((await tokens()).json['access_token']))
    assert.equal((await ofAlice('GET', 'groups')).status, 403)
    const grant = { clientId: made.oid, resourceId: graphPrincipal, consentType: 'AllPrincipals', scope: 'Directory.Read.All' }
    assert.equal((await asked('POST', 'oauth2PermissionGrants', grant)).status, 201)
    assert.equal((await ofAlice('GET', 'groups')).status, 200)
    assert.equal((await ofAlice('POST', 'groups', { displayName: 'x', mailNickname: 'x' })).status, 403)
  })
})
