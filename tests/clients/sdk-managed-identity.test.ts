// Programs of a virtual machine: unmodified credentials that find the machine's own metadata service by the environment alone.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { azureOf, called, groupId, vaultId, vaultResource, vaultUrl } from './azure.ts'
import { behindInstance } from './behind.ts'

const instance = await behindInstance(import.meta.filename)
const { environment } = instance
const { administrator, location, resourceGroup: group, tenantId } = environment
const azure = azureOf(environment, administrator)
const doorShape = z.object({ url: z.url(), identityEndpoint: z.url(), identityHeader: z.string().min(32) })

const said = z.looseObject({ oid: z.string().optional(), error: z.string().optional(), keys: z.array(z.string()).optional() })

/** A program in the machine: a process of its own, with nothing of the administrator's in its surroundings. */
async function inMachine(variables: Readonly<Record<string, string>>, credential: string): Promise<z.output<typeof said>> {
  const code = `
    import { DefaultAzureCredential, ManagedIdentityCredential } from '@azure/identity'
    import { KeyClient } from '@azure/keyvault-keys'
    try {
      const credential = ${credential}
      const { token } = await credential.getToken('${vaultResource(environment)}/.default')
      const { oid } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString())
      const keys = process.env.VAULT ? await Array.fromAsync(new KeyClient(process.env.VAULT, credential).listPropertiesOfKeys(), key => key.name) : []
      console.log(JSON.stringify({ oid, keys }))
    } catch (error) { console.log(JSON.stringify({ error: error.message })) }`
  const bare = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:AZURE|ARM|IDENTITY|MSI)_/.test(name)))
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  execFile(
    process.execPath,
    ['--input-type=module', '-e', code],
    { env: { ...bare, NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1', ...variables } },
    (error, stdout, stderr) => (stdout === '' ? reject(new Error(stderr, { cause: error })) : resolve(stdout)),
  )
  return said.parse(JSON.parse(await promise))
}

async function machine(identity: object) {
  const name = called('vm')
  const made = await azure.resources.resources.createOrUpdateById(
    `${groupId(environment, group)}/providers/Microsoft.Compute/virtualMachines/${name}`,
    '2024-03-01',
    {
      location,
      identity,
      properties: { hardwareProfile: { vmSize: 'Standard_D2s_v5' } },
    },
  )
  const id = made.id ?? ''
  return { name, id, principalId: made.identity?.principalId ?? '', door: doorShape.parse(await instance.ask('vm', 'imds', id)) }
}

describe('@azure/identity in a virtual machine', () => {
  test('ManagedIdentityCredential and DefaultAzureCredential are the machine, use a key by its role, and are nobody when it is gone', async () => {
    const { id, name, principalId, door } = await machine({ type: 'SystemAssigned' })
    const vault = called('kv')
    await azure.vaults.vaults.createOrUpdate(group, vault, {
      location,
      properties: { tenantId, sku: { family: 'A', name: 'standard' }, enableRbacAuthorization: true },
    })
    await azure.assign('Key Vault Administrator', administrator.objectId, vaultId(environment, group, vault))
    await azure.keys(vault).createEcKey('k')
    await azure.assign('Key Vault Crypto User', principalId, vaultId(environment, group, vault))
    const variables = { AZURE_POD_IDENTITY_AUTHORITY_HOST: door.url, VAULT: vaultUrl(environment, vault) }
    for (const credential of ['new ManagedIdentityCredential()', 'new DefaultAzureCredential()'])
      assert.deepEqual(await inMachine(variables, credential), { oid: principalId, keys: ['k'] }, credential)
    assert.deepEqual(doorShape.parse(await instance.ask('vm', 'imds', id.toUpperCase())), door, 'asked again it is the same')

    const held = await fetch(`${door.url}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=${vaultResource(environment)}`, {
      headers: { Metadata: 'true' },
    })
    const { access_token: token } = z.object({ access_token: z.string() }).parse(await held.json())
    const list = async () =>
      (await fetch(`${vaultUrl(environment, vault)}/keys?api-version=7.4`, { headers: { authorization: `Bearer ${token}` } })).status
    assert.equal(await list(), 200)
    await azure.compute.virtualMachines.delete(group, name)
    assert.equal(await list(), 401, 'at the next request')
    await assert.rejects(fetch(door.url), 'its listener is gone with it')
    const { code } = await instance.run('vm', 'imds', id)
    assert.equal(code, 6)
  })

  test('an assigned identity is found by its client id and by its resource id, at either endpoint', async () => {
    const name = called('id')
    const mine = await azure.identities.userAssignedIdentities.createOrUpdate(group, name, { location })
    const { door, principalId } = await machine({ type: 'SystemAssigned, UserAssigned', userAssignedIdentities: { [mine.id ?? '']: {} } })
    const atImds = { AZURE_POD_IDENTITY_AUTHORITY_HOST: door.url }
    const atAppService = { IDENTITY_ENDPOINT: door.identityEndpoint, IDENTITY_HEADER: door.identityHeader }
    for (const variables of [atImds, atAppService]) {
      assert.equal((await inMachine(variables, 'new ManagedIdentityCredential()')).oid, principalId)
      assert.equal(
        (await inMachine(variables, `new ManagedIdentityCredential({ clientId: '${mine.clientId ?? ''}' })`)).oid,
        mine.principalId,
      )
      assert.equal((await inMachine(variables, `new ManagedIdentityCredential({ resourceId: '${mine.id ?? ''}' })`)).oid, mine.principalId)
    }
    const wrong = await inMachine({ ...atAppService, IDENTITY_HEADER: 'wrong' }, 'new ManagedIdentityCredential()')
    assert.ok(wrong.error !== undefined && wrong.oid === undefined)
    const stranger = await inMachine(atImds, `new ManagedIdentityCredential({ clientId: '${administrator.clientId}' })`)
    assert.match(stranger.error ?? '', /Identity not found|invalid_request/)
  })
})
