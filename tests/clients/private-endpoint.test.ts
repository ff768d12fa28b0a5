// An approved private endpoint is an address of its own behind which exactly one vault is, whatever its public rules say.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { azureOf, called, groupId, vaultId, vaultResource } from './azure.ts'
import { behindInstance } from './behind.ts'

const { environment } = await behindInstance(import.meta.filename)
const { administrator, endpoints, location, port, resourceGroup: group, tenantId } = environment
const azure = azureOf(environment, administrator)
const ca = readFileSync(environment.caFile)

interface Heard {
  readonly status: number
  readonly inner: string
  readonly code: string
}

/** One request to an address of ours, for a host of ours; `undefined` where nobody listens. */
async function askAt(address: string, host: string, token: string): Promise<Heard | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Heard | undefined>()
  const sent = request(
    {
      host: address,
      port,
      servername: host,
      ca,
      path: '/keys?api-version=7.4',
      agent: false,
      headers: { host: `${host}:${port}`, authorization: `Bearer ${token}` },
    },
    answer => {
      let text = ''
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()))
      answer.on('end', () => {
        const { error } = JSON.parse(text) as { error?: { code?: string; innererror?: { code?: string } } }
        resolve({ status: answer.statusCode ?? 0, code: error?.code ?? '', inner: error?.innererror?.code ?? '' })
      })
    },
  )
  sent.on('error', error =>
    'code' in error && ['ECONNREFUSED', 'ECONNRESET'].includes(String(error.code)) ? resolve(undefined) : reject(error),
  )
  sent.end()
  return promise
}

/** The listener follows the records, a moment behind them. */
async function until(address: string, wanted: boolean, ask: () => Promise<Heard | undefined>): Promise<Heard | undefined> {
  for (let tries = 0; tries < 100; tries++) {
    const heard = await ask()
    if ((heard !== undefined) === wanted) return heard
    await pause(50)
  }
  return assert.fail(`${address} is ${wanted ? 'not there' : 'still there'}`)
}

describe('a private endpoint', () => {
  test('reaches its vault and no other host, with public access off, until it is rejected', async () => {
    const [name, other] = [called('kv'), called('kv')]
    for (const one of [name, other]) {
      await azure.vaults.vaults.createOrUpdate(group, one, {
        location,
        properties: {
          tenantId,
          sku: { family: 'A', name: 'standard' },
          enableRbacAuthorization: true,
          publicNetworkAccess: one === name ? 'Disabled' : 'Enabled',
        },
      })
      await azure.assign('Key Vault Administrator', administrator.objectId, vaultId(environment, group, one))
    }
    const id = `${groupId(environment, group)}/providers/Microsoft.Network/privateEndpoints/${called('pe')}`
    const made = await azure.resources.resources.createOrUpdateById(id, '2023-09-01', {
      location,
      properties: {
        privateLinkServiceConnections: [
          { name: 'link', properties: { privateLinkServiceId: vaultId(environment, group, name), groupIds: ['vault'] } },
        ],
      },
    })
    const properties = made.properties as { customDnsConfigs: { ipAddresses: string[] }[] }
    const address = properties.customDnsConfigs[0]?.ipAddresses[0] ?? ''
    const token = await azure.token(vaultResource(environment))
    const [host, otherHost] = [`${name}${endpoints.vaultSuffix}`, `${other}${endpoints.vaultSuffix}`]

    assert.deepEqual(await askAt('127.0.0.1', host, token), { status: 403, code: 'Forbidden', inner: 'ForbiddenByConnection' })
    assert.equal((await until(address, true, async () => askAt(address, host, token)))?.status, 200)
    assert.equal((await askAt('127.0.0.1', otherHost, token))?.status, 200, 'control: the other vault is open')
    assert.equal((await askAt(address, otherHost, token))?.status, 421, 'and not behind this endpoint')
    assert.equal((await askAt(address, `management.${environment.domain}`, token))?.status, 421)

    const connections = await Array.fromAsync(azure.vaults.privateEndpointConnections.listByResource(group, name))
    const connection = connections[0]?.name ?? ''
    await azure.vaults.privateEndpointConnections.put(group, name, connection, {
      privateLinkServiceConnectionState: { status: 'Rejected', description: 'no more' },
    })
    await until(address, false, async () => askAt(address, host, token))
    await azure.vaults.privateEndpointConnections.put(group, name, connection, {
      privateLinkServiceConnectionState: { status: 'Approved' },
    })
    assert.equal((await until(address, true, async () => askAt(address, host, token)))?.status, 200)
    await azure.resources.resources.deleteById(id, '2023-09-01')
    await until(address, false, async () => askAt(address, host, token))
  })
})
