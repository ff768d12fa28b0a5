import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { DeviceCodeCredential } from '@azure/identity'
import { PublicClientApplication } from '@azure/msal-node'
import { secretsIn } from '#tests/left-behind/noted.ts'
import { azureBy, azureOf, authorityOf, called, vaultId, vaultResource } from './azure.ts'
import { behindInstance } from './behind.ts'
import { addPerson, approveDevice, disable, signInAt, type Person } from './person.ts'

const instance = await behindInstance(import.meta.filename)
const { environment } = instance
const { administrator, tenantId, resourceGroup, endpoints, location } = environment
const az = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'
const vault = called('kv')
const scopes = [`${vaultResource(environment)}/.default`]

const msal = (tenant = tenantId): PublicClientApplication =>
  new PublicClientApplication({
    auth: { clientId: az, authority: `${endpoints.login}/${tenant}`, knownAuthorities: [new URL(endpoints.login).host] },
  })

/** A new user who may use keys of the vault. */
async function keyUser(name: string): Promise<Person> {
  const person = await addPerson(instance, called(name))
  await azureOf(environment, administrator).assign(
    'Key Vault Crypto Officer',
    person.objectId,
    vaultId(environment, resourceGroup, vault),
    'User',
  )
  return person
}

const listKeys = async (token: string): Promise<number> =>
  (await fetch(`https://${vault}${endpoints.vaultSuffix}/keys?api-version=7.4`, { headers: { authorization: `Bearer ${token}` } })).status

before(async () => {
  const { vaults } = azureOf(environment, administrator)
  const properties = { tenantId, sku: { family: 'A', name: 'standard' }, enableRbacAuthorization: true } as const
  await vaults.vaults.createOrUpdate(resourceGroup, vault, { location, properties })
})

describe('people, by unmodified clients', () => {
  test('msal-node signs in by its loopback address and refreshes; a disabled user is nobody at the next request', async () => {
    const person = await keyUser('alice')
    const client = msal()
    const result = await client.acquireTokenInteractive({
      scopes,
      openBrowser: async url => signInAt(url, person),
    })
    assert.deepEqual([result.account?.username, result.account?.localAccountId, result.tenantId], [person.name, person.objectId, tenantId])
    assert.equal(await listKeys(result.accessToken), 200)
    secretsIn<unknown>(JSON.parse(client.getTokenCache().serialize()))
    assert(result.account)
    const management = await client.acquireTokenSilent({ account: result.account, scopes: [`${endpoints.management}/.default`] })
    assert.notEqual(management.accessToken, result.accessToken)
    assert.equal((await client.acquireTokenSilent({ account: result.account, scopes, forceRefresh: true })).fromCache, false)
    await disable(instance, person)
    assert.equal(await listKeys(result.accessToken), 401)
    await assert.rejects(
      client.acquireTokenSilent({ account: result.account, scopes, forceRefresh: true }),
      /AADSTS50057|interaction_required|invalid_grant/,
    )
  })

  test('msal-node at organizations finds the tenant by the user', async () => {
    const person = await keyUser('bob')
    const result = await msal('organizations').acquireTokenInteractive({
      scopes,
      openBrowser: async url => signInAt(url, person),
    })
    assert.equal(result.tenantId, tenantId)
    assert.equal(await listKeys(result.accessToken), 200)
  })

  test('DeviceCodeCredential waits for somebody, and a KeyClient works as that user', async () => {
    const person = await keyUser('carol')
    const credential = new DeviceCodeCredential({
      ...authorityOf(environment),
      tenantId,
      clientId: az,
      disableAutomaticAuthentication: true,
      // At the address that a browser outside of our shell reaches as well.
      userPromptCallback: ({ userCode }) => void approveDevice(`https://localhost:${environment.port}/devicelogin`, userCode, person),
    })
    await credential.authenticate(scopes, { enableCae: true })
    const keys = azureBy(environment, credential).keys(vault)
    const key = await keys.createKey('by-carol', 'EC', { curve: 'P-256' })
    assert.equal(key.name, 'by-carol')
    await disable(instance, person)
    // The vault's challenge sends the client for another token, which nobody gives any more.
    await assert.rejects(keys.getKey('by-carol'), /Automatic authentication has been disabled|AADSTS50057|401/)
  })
})
