// Events of a vault as an application hears of them: @azure/arm-eventgrid, a receiver over TLS, the instance's own way out.
import assert from 'node:assert/strict'
import { countAtRest } from '#demo/at-rest.ts'
import { describe, test } from 'node:test'
import { EventGridManagementClient } from '@azure/arm-eventgrid'
import { z } from 'zod'
import { canary } from '#tests/left-behind/noted.ts'
import { addApplication, azureOf, called, refusalOf, vaultId, vaultUrl } from './azure.ts'
import { behindInstance } from './behind.ts'
import { besideReceiver, receivedBy, receiverUrl } from './beside-receiver.ts'

const instance = await behindInstance(import.meta.filename, besideReceiver)
const { environment } = instance
const { location, resourceGroup: group, tenantId, subscriptionId, endpoints } = environment
const azure = azureOf(environment, environment.administrator)
const eventGridOf = ({ credential }: Pick<typeof azure, 'credential'>) =>
  new EventGridManagementClient(credential, subscriptionId, { endpoint: endpoints.management })
const { eventSubscriptions } = eventGridOf(azure)
const endpointUrl = `${receiverUrl()}?code=nobodys-business`
const webhook = { endpointType: 'WebHook', endpointUrl } as const

const eventShape = z.strictObject({
  id: z.guid(),
  topic: z.string(),
  subject: z.string(),
  eventType: z.string(),
  eventTime: z.iso.datetime(),
  data: z.strictObject({
    Id: z.url(),
    VaultName: z.string(),
    ObjectType: z.string(),
    ObjectName: z.string(),
    Version: z.string(),
    NBF: z.number().nullable(),
    EXP: z.number().nullable(),
  }),
  dataVersion: z.string(),
  metadataVersion: z.string(),
})
const message = z.tuple([eventShape])
const eventsOf = async (subscription: string, count: number) =>
  (await receivedBy(subscription, count)).map(({ body }) => message.parse(JSON.parse(body))[0])

async function newVault(): Promise<{ readonly name: string; readonly id: string }> {
  const name = called('kv')
  const properties = {
    tenantId,
    sku: { family: 'A', name: 'standard' },
    enableRbacAuthorization: true,
    softDeleteRetentionInDays: 7,
  } as const
  await azure.vaults.vaults.createOrUpdate(group, name, { location, properties })
  const id = vaultId(environment, group, name)
  await azure.assign('Key Vault Administrator', environment.administrator.objectId, id)
  return { name, id }
}

describe('@azure/arm-eventgrid', () => {
  test('a subscription hears of new versions, of what is about to expire and of what has expired, in order', async () => {
    const { name, id } = await newVault()
    const hooks = called('hooks')
    const made = await eventSubscriptions.beginCreateOrUpdateAndWait(id, hooks, { destination: webhook, labels: ['tests'] })
    assert.deepEqual(
      [made.id, made.provisioningState, made.eventDeliverySchema],
      [`${id}/providers/Microsoft.EventGrid/eventSubscriptions/${hooks}`, 'Succeeded', 'EventGridSchema'],
    )
    const secrets = azure.secrets(name)
    const plain = await secrets.setSecret('Plain', canary('event'))
    const expiresOn = new Date(Math.ceil(Date.now() / 1_000 + 3) * 1_000)
    const passing = await secrets.setSecret('passing', canary('event'), { expiresOn })
    const events = await eventsOf(hooks, 4)
    assert.deepEqual(
      events.map(({ eventType, subject, topic }) => [eventType.replace('Microsoft.KeyVault.', ''), subject, topic]),
      [
        ['SecretNewVersionCreated', 'Plain', id],
        ['SecretNewVersionCreated', 'passing', id],
        ['SecretNearExpiry', 'passing', id],
        ['SecretExpired', 'passing', id],
      ],
    )
    const [first, , , last] = events
    assert.deepEqual(
      [first?.data.VaultName, first?.data.ObjectType, first?.data.Version, first?.data.EXP],
      [name, 'Secret', plain.properties.version, null],
    )
    assert.equal(first?.data.Id, `${vaultUrl(environment, name)}/secrets/Plain/${plain.properties.version}`)
    assert.deepEqual([last?.data.Version, last?.data.EXP], [passing.properties.version, expiresOn.getTime() / 1_000])
    assert.equal(countAtRest(instance.data, Buffer.from(name)), 0, 'events are sealed at rest')
  })

  test('keys and certificates are told of too, to whom they are for', async () => {
    const { name, id } = await newVault()
    const [onlyKeys, cloud] = [called('keys'), called('cloud')]
    const keyTypes = ['Microsoft.KeyVault.KeyNewVersionCreated']
    await eventSubscriptions.beginCreateOrUpdateAndWait(id, onlyKeys, {
      destination: webhook,
      filter: { includedEventTypes: keyTypes, subjectBeginsWith: 'MINE' },
    })
    await eventSubscriptions.beginCreateOrUpdateAndWait(id, cloud, {
      destination: webhook,
      eventDeliverySchema: 'CloudEventSchemaV1_0',
      filter: { includedEventTypes: ['Microsoft.KeyVault.CertificateNewVersionCreated'] },
    })
    await azure.keys(name).createEcKey('theirs')
    const { properties } = await azure.keys(name).createEcKey('mine-1')
    const poller = await azure.certificates(name).beginCreateCertificate('tls', { issuerName: 'Self', subject: 'CN=tls' })
    const certificate = await poller.pollUntilDone()
    const [sent] = await receivedBy(cloud, 1)
    assert.equal(sent?.headers['content-type'], 'application/cloudevents+json; charset=utf-8')
    const event = z.looseObject({
      specversion: z.literal('1.0'),
      source: z.literal(id),
      type: z.string(),
      data: z.looseObject({ Version: z.string() }),
    })
    const { type, data } = event.parse(JSON.parse(sent.body))
    assert.deepEqual([type, data.Version], ['Microsoft.KeyVault.CertificateNewVersionCreated', certificate.properties.version])
    const versions = (await eventsOf(onlyKeys, 1)).map(one => one.data.Version)
    assert.deepEqual(versions, [properties.version])
  })

  test('is read, listed, changed and deleted; the whole URL is shown to whoever may have it', async () => {
    const { id } = await newVault()
    const hooks = called('hooks')
    await eventSubscriptions.beginCreateOrUpdateAndWait(id, hooks, { destination: webhook })
    const read = await eventSubscriptions.get(id, hooks)
    assert.ok(read.destination?.endpointType === 'WebHook' && 'endpointBaseUrl' in read.destination)
    assert.equal(read.destination.endpointBaseUrl, receiverUrl())
    assert.equal((await eventSubscriptions.getFullUrl(id, hooks)).endpointUrl, endpointUrl)
    const vaultName = id.split('/').at(-1) ?? ''
    const listed = await Array.fromAsync(
      eventSubscriptions.listByResource(group, 'Microsoft.KeyVault', 'vaults', vaultName),
      one => one.name,
    )
    assert.deepEqual(listed, [hooks])
    const regional = await Array.fromAsync(eventSubscriptions.listRegionalBySubscription(location), one => one.name)
    assert.ok(regional.includes(hooks))
    const changed = await eventSubscriptions.beginUpdateAndWait(id, hooks, { labels: ['x'], filter: { subjectEndsWith: 'y' } })
    assert.deepEqual([changed.labels, changed.filter?.subjectEndsWith], [['x'], 'y'])
    const application = await addApplication(instance, called('reader'))
    const reader = eventGridOf(azureOf(environment, application)).eventSubscriptions
    assert.equal((await refusalOf('reading without a role', reader.get(id, hooks))).code, 'AuthorizationFailed')
    await azure.assign('EventGrid EventSubscription Reader', application.objectId, id)
    assert.equal((await reader.get(id, hooks)).name, hooks)
    assert.equal((await refusalOf('the URL for a reader', reader.getFullUrl(id, hooks))).code, 'AuthorizationFailed')
    await eventSubscriptions.beginDeleteAndWait(id, hooks)
    assert.equal((await refusalOf('reading what is deleted', eventSubscriptions.get(id, hooks))).code, 'ResourceNotFound')
  })

  test('nobody is sent to who is not listed, or does not answer the handshake', async () => {
    const { id } = await newVault()
    for (const url of ['https://example.com/hook', `https://127.0.0.1:${environment.port}/`, 'https://169.254.169.254/metadata']) {
      const refused = await refusalOf(
        url,
        eventSubscriptions.beginCreateOrUpdateAndWait(id, 'nobody', { destination: { ...webhook, endpointUrl: url } }),
      )
      assert.deepEqual([refused.statusCode, refused.code], [400, 'Url validation'])
      assert.match(refused.message, /^Webhook validation handshake failed for /)
    }
    assert.deepEqual(
      await Array.fromAsync(eventSubscriptions.listByResource(group, 'Microsoft.KeyVault', 'vaults', id.split('/').at(-1) ?? '')),
      [],
    )
  })
})
