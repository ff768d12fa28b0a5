import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { listIn, objectIn, textIn } from '#protocols/http/testing.ts'
import { tenantId } from '#domain/identity/testing.ts'
import { codeOf, graphGround } from './testing.ts'

const { ground, as, asked, filtered } = await graphGround()
const client = await ground.add('client')
const keyVault = 'cfa8b339-82a2-471a-a3c9-0fc0be7a4093'
const [resource] = listIn(
  (await filtered('servicePrincipals', `servicePrincipalNames/any(c:c eq 'https://vault.azure.net')`)).json['value'],
)
const resourceId = textIn(resource?.['id'])
const body = { clientId: client.oid, resourceId, consentType: 'AllPrincipals', scope: ' user_impersonation ' }
const nobody = crypto.randomUUID()

describe('a permission grant', () => {
  test('is made, found, changed and taken back', async () => {
    const made = await asked('POST', '/v1.0/oauth2PermissionGrants', { ...body, startTime: '2026-01-01T00:00:00Z' })
    assert.deepEqual([made.status, made.json['scope'], made.json['principalId']], [201, 'user_impersonation', null])
    const id = textIn(made.json['id'])
    const found = await filtered('oauth2PermissionGrants', `clientId eq '${client.oid}' and consentType eq 'AllPrincipals'`)
    assert.deepEqual(
      listIn(found.json['value']).map(one => one['id']),
      [id],
    )
    assert.equal((await asked('PATCH', `/v1.0/oauth2PermissionGrants/${id}`, { scope: 'other user_impersonation other' })).status, 204)
    assert.equal((await asked('GET', `/v1.0/oauth2PermissionGrants/${id}`)).json['scope'], 'other user_impersonation')
    const again = await asked('POST', '/v1.0/oauth2PermissionGrants', body)
    assert.equal(again.status, 409)
    assert.equal((await asked('DELETE', `/v1.0/oauth2PermissionGrants/${id}`)).status, 204)
    for (const method of ['GET', 'DELETE']) assert.equal((await asked(method, `/v1.0/oauth2PermissionGrants/${id}`)).status, 404)
  })

  for (const [what, wrong] of [
    ['for everybody that names somebody', { principalId: nobody }],
    ['for one user that names nobody', { consentType: 'Principal' }],
    ['for a user who is not there', { consentType: 'Principal', principalId: nobody }],
    ['of a client that is not there', { clientId: nobody }],
    ['at a resource that is not there', { resourceId: nobody }],
    ['with a member that is not known', { expires: 'never' }],
  ] as const)
    test(`${what} is refused`, async () => {
      const { status, json } = await asked('POST', '/v1.0/oauth2PermissionGrants', { ...body, ...wrong })
      assert.deepEqual([status, codeOf(json)], [400, 'Request_BadRequest'])
    })

  test('is given by nobody who only reads', async () => {
    const reader = await as(await ground.add('reader', 'read'))
    assert.equal((await reader('POST', '/v1.0/oauth2PermissionGrants', body)).status, 403)
    assert.equal((await reader('GET', '/v1.0/oauth2PermissionGrants')).status, 200)
  })
})

describe('what an application lets itself be asked', () => {
  const scope = { id: crypto.randomUUID(), value: 'Files.Read', type: 'Admin', isEnabled: true, adminConsentDisplayName: 'Read' }

  test('is told by the application and by its principal, and a part of it changes alone', async () => {
    const made = await asked('POST', '/v1.0/applications', {
      displayName: 'with scopes',
      api: { oauth2PermissionScopes: [scope], requestedAccessTokenVersion: 2, knownClientApplications: [client.appId] },
      requiredResourceAccess: [
        { resourceAppId: keyVault, resourceAccess: [{ id: 'f53da476-18e3-4152-8e01-aec403e6edc0', type: 'Scope' }] },
      ],
    })
    assert.equal(made.status, 201, made.text)
    const id = textIn(made.json['id'])
    const clients = [{ appId: client.appId, delegatedPermissionIds: [scope.id] }]
    assert.equal((await asked('PATCH', `/v1.0/applications/${id}`, { api: { preAuthorizedApplications: clients } })).status, 204)
    const { json } = await asked('GET', `/v1.0/applications/${id}`)
    const api = objectIn(json['api'])
    assert.deepEqual(
      [api['requestedAccessTokenVersion'], api['knownClientApplications'], api['preAuthorizedApplications']],
      [2, [client.appId], clients],
    )
    assert.equal(listIn(json['requiredResourceAccess']).length, 1)
    const principal = await asked('POST', '/v1.0/servicePrincipals', { appId: json['appId'] })
    assert.deepEqual(
      listIn(principal.json['oauth2PermissionScopes']).map(one => [one['id'], one['value'], one['type']]),
      [[scope.id, 'Files.Read', 'Admin']],
    )
  })

  test('is taken away once it is switched off', async () => {
    const made = await asked('POST', '/v1.0/applications', { displayName: 'switched off', api: { oauth2PermissionScopes: [scope] } })
    const path = `/v1.0/applications/${textIn(made.json['id'])}`
    for (const left of [[], [{ ...scope, value: 'Files.Write' }]]) {
      const { status, json } = await asked('PATCH', path, { api: { oauth2PermissionScopes: left } })
      assert.deepEqual([status, codeOf(json)], [400, 'CannotDeleteOrUpdateEnabledEntitlement'])
    }
    assert.equal((await asked('PATCH', path, { api: { oauth2PermissionScopes: [{ ...scope, isEnabled: false }] } })).status, 204)
    assert.equal((await asked('PATCH', path, { api: { oauth2PermissionScopes: [] } })).status, 204)
  })

  for (const [what, change] of [
    ['a scope of no name', { api: { oauth2PermissionScopes: [{ ...scope, value: '' }] } }],
    ['a scope with a space', { api: { oauth2PermissionScopes: [{ ...scope, value: 'two words' }] } }],
    ['one value twice', { api: { oauth2PermissionScopes: [scope, { ...scope, id: crypto.randomUUID() }] } }],
    ['one id twice', { api: { oauth2PermissionScopes: [scope, { ...scope, value: 'Other' }] } }],
    ['a client let in to nothing', { api: { preAuthorizedApplications: [{ appId: client.appId, delegatedPermissionIds: [nobody] }] } }],
    ['a version of tokens that is none', { api: { requestedAccessTokenVersion: 3 } }],
    ['the name of a service', { identifierUris: ['https://vault.keystead.test:8443/'] }],
  ] as const)
    test(`${what} is refused`, async () => {
      const { status, json } = await asked('PATCH', `/v1.0/applications/${client.application.value.id}`, change)
      assert.deepEqual([status, codeOf(json)], [400, 'Request_BadRequest'])
    })

  test('is called by a URL of a domain of its tenant alone, unless its tokens are of version 2', async () => {
    const named = (uri: string, more = {}) => ({ displayName: 'named', identifierUris: [uri], ...more })
    const foreign = await asked('POST', '/v1.0/applications', named('https://foreign.example/api'))
    assert.deepEqual([foreign.status, codeOf(foreign.json)], [400, 'HostNameNotOnVerifiedDomain'])
    assert.match(foreign.text, /must use a verified domain of the organization or its subdomain: 'https:\/\/foreign\.example\/api'/)
    const version2 = named('https://foreign.example/api', { api: { requestedAccessTokenVersion: 2 } })
    const made = await asked('POST', '/v1.0/applications', version2)
    assert.equal(made.status, 201, made.text)
    const path = `/v1.0/applications/${textIn(made.json['id'])}`
    assert.equal((await asked('PATCH', path, { api: { requestedAccessTokenVersion: null } })).status, 204)
    assert.equal((await asked('PATCH', path, { identifierUris: ['https://foreign.example/api', 'api://besides'] })).status, 204)
    assert.equal((await asked('PATCH', path, { identifierUris: ['https://foreign.example/other'] })).status, 400)
    const domain = ground.context.identity.index.tenant(tenantId)?.value.domains[0] ?? ''
    assert.equal((await asked('PATCH', path, { identifierUris: [`https://api.${domain}/x`] })).status, 204)
    assert.equal((await asked('PATCH', path, { identifierUris: [`https://evil${domain}/x`] })).status, 400)
  })

  test('has a name that no other application of the tenant has, in any case', async () => {
    assert.equal((await asked('PATCH', `/v1.0/applications/${client.application.value.id}`, { identifierUris: ['api://one'] })).status, 204)
    const { status, json } = await asked('POST', '/v1.0/applications', { displayName: 'another', identifierUris: ['api://ONE'] })
    assert.deepEqual([status, codeOf(json)], [400, 'Request_BadRequest'])
    assert.equal((await asked('PATCH', `/v1.0/applications/${client.application.value.id}`, { identifierUris: ['api://one'] })).status, 204)
  })
})
