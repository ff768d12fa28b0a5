// An application that acts for a user: the middle of three, by unmodified clients.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { OnBehalfOfCredential } from '@azure/identity'
import { ConfidentialClientApplication, PublicClientApplication } from '@azure/msal-node'
import { addApplication, authorityOf, azureBy, azureOf, called, refusalOf, vaultId, vaultResource, type Application } from './azure.ts'
import { behindInstance } from './behind.ts'
import { graphBy, idsOf } from './graph.ts'
import { addPerson, disable, signInAt, type Person } from './person.ts'

const instance = await behindInstance(import.meta.filename)
const { environment } = instance
const { administrator, tenantId, resourceGroup, endpoints, location } = environment
const az = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'
const keyVault = 'cfa8b339-82a2-471a-a3c9-0fc0be7a4093'
const azure = azureOf(environment, administrator)
const graph = graphBy(environment, async () => azure.token(endpoints.graph))
const auth = { authority: `${endpoints.login}/${tenantId}`, knownAuthorities: [new URL(endpoints.login).host] }
const vault = called('kv')
let middle: Application
let direct: Application
let person: Person

const api = (): string => `api://${middle.clientId}`

/** What az's client is given for the application in the middle. */
async function tokenForMiddle(who: Person): Promise<string> {
  const client = new PublicClientApplication({ auth: { ...auth, clientId: az } })
  const { accessToken } = await client.acquireTokenInteractive({
    scopes: [`${api()}/access`],
    openBrowser: async url => signInAt(url, who),
  })
  return accessToken
}

const actingFor = (userAssertionToken: string): OnBehalfOfCredential =>
  new OnBehalfOfCredential({
    ...authorityOf(environment),
    tenantId,
    clientId: middle.clientId,
    clientSecret: middle.clientSecret,
    userAssertionToken,
  })

async function grant(): Promise<string> {
  const [resourceId] = await idsOf(graph, 'servicePrincipals', `appId eq '${keyVault}'`)
  const { status, json } = await graph('POST', 'oauth2PermissionGrants', {
    clientId: middle.objectId,
    resourceId,
    consentType: 'AllPrincipals',
    scope: 'user_impersonation',
  })
  assert.equal(status, 201, JSON.stringify(json))
  return String(json['id'])
}

before(async () => {
  ;[middle, direct, person] = await Promise.all([
    addApplication(instance, called('middle')),
    addApplication(instance, called('direct')),
    addPerson(instance, called('alice')),
  ])
  const [id = ''] = await idsOf(graph, 'applications', `appId eq '${middle.clientId}'`)
  const scope = { id: crypto.randomUUID(), value: 'access', type: 'User', isEnabled: true, adminConsentDisplayName: 'Act for users' }
  const exposed = await graph('PATCH', `applications/${id}`, { identifierUris: [api()], api: { oauth2PermissionScopes: [scope] } })
  assert.equal(exposed.status, 204, JSON.stringify(exposed.json))
  // A policy of the user's that counts only through this application: compound identity.
  await azure.vaults.vaults.createOrUpdate(resourceGroup, vault, {
    location,
    properties: {
      tenantId,
      sku: { family: 'A', name: 'standard' },
      enableRbacAuthorization: false,
      accessPolicies: [
        { tenantId, objectId: person.objectId, applicationId: middle.clientId, permissions: { keys: ['create', 'get'] } },
        { tenantId, objectId: middle.objectId, permissions: {} },
      ],
    },
  })
})

describe('on behalf of a user, by unmodified clients', () => {
  test('OnBehalfOfCredential is refused until somebody consents, and uses a key that only the two together may', async () => {
    const assertion = await tokenForMiddle(person)
    await assert.rejects(actingFor(assertion).getToken(`${vaultResource(environment)}/.default`), /AADSTS65001/)
    const consent = await grant()
    const keys = azureBy(environment, actingFor(assertion)).keys(vault)
    assert.equal((await keys.createKey('by-both', 'EC', { curve: 'P-256' })).name, 'by-both')
    // Neither of them alone.
    const alone = new PublicClientApplication({ auth: { ...auth, clientId: az } })
    const { accessToken } = await alone.acquireTokenInteractive({
      scopes: [`${vaultResource(environment)}/.default`],
      openBrowser: async url => signInAt(url, person),
    })
    const byHand = await fetch(`https://${vault}${endpoints.vaultSuffix}/keys/by-both?api-version=7.4`, {
      headers: { authorization: `Bearer ${accessToken}` },
    })
    assert.equal(byHand.status, 403)
    assert.match(await byHand.text(), /ForbiddenByPolicy/)
    assert.equal((await refusalOf('the application alone', azureOf(environment, middle).keys(vault).getKey('by-both'))).statusCode, 403)
    assert.equal((await refusalOf('another', azureOf(environment, direct).keys(vault).getKey('by-both'))).statusCode, 403)
    assert.equal((await graph('DELETE', `oauth2PermissionGrants/${consent}`)).status, 204)
    await assert.rejects(actingFor(assertion).getToken(`${vaultResource(environment)}/.default`), /AADSTS65001/)
  })

  test('msal-node acts for a user whose role counts, and for nobody once he is disabled', async () => {
    const bob = await addPerson(instance, called('bob'))
    const consent = await grant()
    const rbac = called('kv')
    const properties = { tenantId, sku: { family: 'A', name: 'standard' }, enableRbacAuthorization: true } as const
    await azure.vaults.vaults.createOrUpdate(resourceGroup, rbac, { location, properties })
    await azure.assign('Key Vault Reader', bob.objectId, vaultId(environment, resourceGroup, rbac), 'User')
    const client = new ConfidentialClientApplication({ auth: { ...auth, clientId: middle.clientId, clientSecret: middle.clientSecret } })
    const asked = { scopes: [`${vaultResource(environment)}/.default`], oboAssertion: await tokenForMiddle(bob) }
    const result = await client.acquireTokenOnBehalfOf(asked)
    assert(result)
    assert.equal(result.account?.localAccountId, bob.objectId)
    const list = async (): Promise<number> =>
      (
        await fetch(`https://${rbac}${endpoints.vaultSuffix}/keys?api-version=7.4`, {
          headers: { authorization: `Bearer ${result.accessToken}` },
        })
      ).status
    assert.equal(await list(), 200)
    await disable(instance, bob)
    assert.equal(await list(), 401)
    await assert.rejects(client.acquireTokenOnBehalfOf({ ...asked, skipCache: true }), /AADSTS50057/)
    assert.equal((await graph('DELETE', `oauth2PermissionGrants/${consent}`)).status, 204)
  })

  test('a token for somebody else and one of an application are no assertion', async () => {
    const scope = `${vaultResource(environment)}/.default`
    await assert.rejects(actingFor(await azureOf(environment, direct).token(api())).getToken(scope), /AADSTS7000114/)
    await assert.rejects(actingFor(await azureOf(environment, direct).token(vaultResource(environment))).getToken(scope), /AADSTS7000114/)
  })
})
