import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, test } from 'node:test'
import { vaultEvents } from '#domain/events/carry-events.ts'
import { giveUpDeliveries, startDelivering } from '#domain/events/deliver.ts'
import { eventIn, testReceiver, type Sent } from '#domain/events/receiver-testing.ts'
import { subscribers } from '#domain/events/subscribers.ts'
import { vaultEventTopic } from '#domain/events/vault-events.ts'
import { system } from '#model/principal.ts'
import type { VaultEvent } from '#domain/events/vault-event.ts'
import { objectIn, textIn } from '#protocols/http/testing.ts'
import { armWire, groupId, namesIn, propertiesOf, refusal, roles, subscriptionId, vaultBody, vaultPath } from './testing.ts'

const version = 'api-version=2022-06-15'
const vault = vaultPath('kv-1')
const path = (name = 'hooks', of = vault): string => `${of}/providers/Microsoft.EventGrid/eventSubscriptions/${name}?${version}`
const url = 'https://hooks.example.test/in?code=a-secret'
const webhook = (properties: object = {}) => ({ endpointType: 'WebHook', properties: { endpointUrl: url, ...properties } })
const body = (properties: object = {}): object => ({ properties: { destination: webhook(), ...properties } })

async function withVault() {
  const receiver = testReceiver()
  const wire = await armWire({ outgoing: receiver.outgoing })
  assert.equal((await wire.owner('PUT', vault, vaultBody({ enableRbacAuthorization: false, accessPolicies: [] }))).status, 201)
  const { context, store, clock } = wire.ground
  const delivering = startDelivering(context)
  const turns = async (): Promise<void> => {
    for (let turned = 0; turned < 40; turned += 1) await turn()
  }
  const put = async (event: VaultEvent): Promise<void> => subscribers(context, delivering).deliver(event)
  return {
    ...wire,
    receiver,
    delivering,
    put,
    turns,
    /** Goes on by so many seconds, and lets what is due happen. */
    after: async (seconds: number): Promise<void> => {
      clock.advance(seconds * 1_000)
      await turns()
    },
    /** Changes the vault, hands what it tells to the lanes, and lets them send it. */
    tell: async (): Promise<void> => {
      const settings = { enableRbacAuthorization: (await isRbac(wire.owner)) !== true }
      assert.equal((await wire.owner('PATCH', vault, { properties: settings })).status, 200)
      const consumer = vaultEvents(context, { deliver: put })
      for (const effect of await store.takeEffects(vaultEventTopic, { now: clock.now(), limit: 9, holdMs: 1 })) {
        await consumer.handle(effect.body)
        await store.settleEffect(effect.id)
      }
      await turns()
    },
    waiting: async () => {
      const { value } = context.eventSubscriptions.peek()[0] ?? assert.fail('no subscription')
      const home = context.vaults.peek()[0]?.value.compartment ?? assert.fail('no vault')
      return wire.ground.run(system, async call => context.eventDeliveries.list(call, home, { collection: [value.id], after: 0, limit: 9 }))
    },
  }
}

const isRbac = async (owner: Awaited<ReturnType<typeof armWire>>['owner']): Promise<unknown> =>
  propertiesOf(await owner('GET', vault))['enableRbacAuthorization']

const event = (id: string, changes: Partial<VaultEvent> = {}): VaultEvent => ({
  id,
  topic: vault,
  subject: 'MySecret',
  eventType: 'Microsoft.KeyVault.SecretNewVersionCreated',
  eventTime: '2027-01-15T08:00:00Z',
  data: { Id: 'x', VaultName: 'kv-1', ObjectType: 'Secret', ObjectName: 'MySecret', Version: 'v', NBF: null, EXP: null },
  dataVersion: '1',
  metadataVersion: '1',
  ...changes,
})
const idsOf = (sent: readonly Sent[]): readonly unknown[] => sent.map(one => eventIn(one)['id'])

describe('an event subscription', () => {
  test('is made once its receiver has said the code, and shows what it does without what is secret in the URL', async () => {
    const { owner, receiver } = await withVault()
    const made = await owner('PUT', path(), body({ labels: ['a'] }))
    assert.equal(made.status, 201, made.text)
    const [shake, ...more] = receiver.handshakes()
    assert.deepEqual([more, shake?.url, shake?.method], [[], url, 'POST'])
    assert.deepEqual(
      [shake?.headers['aeg-event-type'], shake?.headers['aeg-subscription-name'], shake?.headers['content-type']],
      ['SubscriptionValidation', 'HOOKS', 'application/json; charset=utf-8'],
    )
    const validation = eventIn(shake ?? assert.fail('nobody was asked'))
    assert.deepEqual([validation['eventType'], validation['topic']], ['Microsoft.EventGrid.SubscriptionValidationEvent', vault])
    const shown = await owner('GET', path())
    assert.deepEqual(shown.json, made.json)
    assert.equal(shown.json['id'], path().split('?')[0])
    const { systemData: _, ...rest } = shown.json
    assert.equal(rest['type'], 'Microsoft.EventGrid/eventSubscriptions')
    const properties = propertiesOf(shown)
    assert.deepEqual(
      { ...properties, filter: undefined },
      {
        topic: vault,
        provisioningState: 'Succeeded',
        destination: {
          endpointType: 'WebHook',
          properties: { endpointBaseUrl: 'https://hooks.example.test/in' },
        },
        filter: undefined,
        labels: ['a'],
        eventDeliverySchema: 'EventGridSchema',
        retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 },
      },
    )
    const filter = objectIn(properties['filter'])
    assert.equal(Array.isArray(filter['includedEventTypes']) && filter['includedEventTypes'].length, 10)
    assert.doesNotMatch(shown.text, /a-secret/)
    const whole = await owner('POST', path().replace('?', '/getFullUrl?'))
    assert.deepEqual(whole.json, { endpointUrl: url })
    const operation = await owner('GET', made.headers['azure-asyncoperation'] ?? '')
    assert.equal(operation.json['status'], 'Succeeded')
  })

  test('is listed with its vault and with its location, changed, and deleted', async () => {
    const { owner } = await withVault()
    await owner('PUT', path('one'), body())
    await owner('PUT', path('two'), body({ eventDeliverySchema: 'CloudEventSchemaV1_0' }))
    const list = `${vault}/providers/Microsoft.EventGrid/eventSubscriptions?${version}`
    assert.deepEqual(namesIn(await owner('GET', list)), ['one', 'two'])
    const regional = `/providers/Microsoft.EventGrid/locations/local/eventSubscriptions?${version}`
    assert.deepEqual(namesIn(await owner('GET', `/subscriptions/${subscriptionId}${regional}`)), ['one', 'two'])
    assert.deepEqual(namesIn(await owner('GET', groupId + regional)), ['one', 'two'])
    assert.deepEqual(namesIn(await owner('GET', groupId + regional.replace('local', 'westeurope'))), [])
    assert.deepEqual(namesIn(await owner('GET', `${groupId}/providers/Microsoft.EventGrid/eventSubscriptions?${version}`)), [])
    const terraform = { destination: webhook({ maxEventsPerBatch: 5 }), expirationTimeUtc: '', deadLetterDestination: null }
    const put = await owner('PUT', path('one'), body(terraform))
    assert.equal(put.status, 201)
    assert.equal(objectIn(objectIn(propertiesOf(put)['destination'])['properties'])['maxEventsPerBatch'], 5)
    const patched = await owner('PATCH', path('one'), { filter: { subjectBeginsWith: 'a' }, labels: ['x'] })
    assert.equal(patched.status, 201)
    // As az sends it, who has read a subscription without its URL.
    const kept = await owner('PATCH', path('one'), { destination: { endpointType: 'WebHook', properties: { endpointUrl: null } } })
    assert.equal(kept.status, 201)
    assert.deepEqual((await owner('POST', path('one').replace('?', '/getFullUrl?'))).json, { endpointUrl: url })
    const { filter, labels, destination } = propertiesOf(patched)
    assert.deepEqual([objectIn(filter)['subjectBeginsWith'], labels], ['a', ['x']])
    assert.equal(objectIn(objectIn(destination)['properties'])['endpointBaseUrl'], 'https://hooks.example.test/in')
    assert.deepEqual([(await owner('DELETE', path('one'))).status, (await owner('DELETE', path('one'))).status], [200, 204])
    assert.deepEqual(refusal(await owner('GET', path('one'))), [404, 'ResourceNotFound'])
    assert.deepEqual(refusal(await owner('PATCH', path('one'), {})), [404, 'ResourceNotFound'])
  })

  for (const [why, properties] of [
    ['no destination', { destination: null }],
    ['no URL', { destination: { endpointType: 'WebHook', properties: {} } }],
    ['a URL without TLS', { destination: webhook({ endpointUrl: 'http://hooks.example.test/' }) }],
    ['a user in the URL', { destination: webhook({ endpointUrl: 'https://a:b@hooks.example.test/' }) }],
    ['another kind of receiver', { destination: { endpointType: 'EventHub', properties: { resourceId: 'x' } } }],
    ['tokens for its receiver', { destination: webhook({ azureActiveDirectoryTenantId: 'x' }) }],
    ['a dead letter box', { deadLetterDestination: { endpointType: 'StorageBlob' } }],
    ['an event that no vault tells', { filter: { includedEventTypes: ['Microsoft.Storage.BlobCreated'] } }],
    [
      'too many advanced filters',
      { filter: { advancedFilters: Array.from({ length: 26 }, () => ({ operatorType: 'IsNotNull', key: 'a' })) } },
    ],
    ['a schema of its own', { eventDeliverySchema: 'CustomInputSchema' }],
    ['an end in the past', { expirationTimeUtc: '2020-01-01T00:00:00Z' }],
  ] as const) {
    test(`is refused with ${why}, and nobody is asked`, async () => {
      const { owner, receiver } = await withVault()
      assert.deepEqual(refusal(await owner('PUT', path(), body(properties))), [400, 'InvalidRequest'])
      assert.deepEqual(receiver.handshakes(), [])
      assert.deepEqual(refusal(await owner('GET', path())), [404, 'ResourceNotFound'])
    })
  }

  test('is refused where its receiver says another code, or says that it does not want it', async () => {
    const { owner, receiver } = await withVault()
    const encoded = (text: string) => new TextEncoder().encode(text)
    for (const answer of [
      { status: 200, body: encoded('{"validationResponse":"00000000-0000-4000-8000-000000000000"}') },
      { status: 404, body: encoded('{}') },
      { status: 302, body: encoded('{}') },
    ]) {
      receiver.shakes(() => answer)
      const refused = await owner('PUT', path(), body())
      assert.deepEqual(refusal(refused), [400, 'Url validation'])
      assert.match(
        textIn(objectIn(refused.json['error'])['message']),
        /^Webhook validation handshake failed for https:\/\/hooks\.example\.test\/in\. /,
      )
      assert.doesNotMatch(refused.text, /a-secret/)
    }
    receiver.shakes(() => ({ status: 200, body: encoded(''), header: 'https://somebody.else' }))
    assert.deepEqual(refusal(await owner('PUT', path(), body({ eventDeliverySchema: 'CloudEventSchemaV1_0' }))), [400, 'Url validation'])
    assert.deepEqual(refusal(await owner('GET', path())), [404, 'ResourceNotFound'])
  })

  for (const [schema, linkIn] of [
    ['EventGridSchema', (sent: Sent) => textIn(objectIn(eventIn(sent)['data'])['validationUrl'])],
    ['CloudEventSchemaV1_0', (sent: Sent) => sent.headers['webhook-request-callback'] ?? ''],
  ] as const)
    test(`in ${schema} whose receiver says nothing at once waits for who follows the link, and sends nothing before`, async () => {
      const { owner, bare, receiver, tell, after, ground } = await withVault()
      receiver.shakes(() => ({ status: 200, body: new TextEncoder().encode('thanks') }))
      const made = await owner('PUT', path(), body({ eventDeliverySchema: schema }))
      assert.equal(made.status, 201, made.text)
      const state = async (): Promise<unknown> => propertiesOf(await owner('GET', path()))['provisioningState']
      assert.deepEqual([propertiesOf(made)['provisioningState'], await state()], ['AwaitingManualAction', 'AwaitingManualAction'])
      const link = linkIn(receiver.handshakes()[0] ?? assert.fail('nobody was asked'))
      assert.ok(link.startsWith(`https://management.keystead.test:8443${path().split('?')[0]}/validate?${version}&token=`), link)
      assert.ok(!made.text.includes(link.split('token=')[1] ?? ''), 'who subscribes does not learn it')
      await tell()
      assert.deepEqual(receiver.events(), [])
      const follow = async (at: string): Promise<number> =>
        (await bare('GET', at.replace('https://management.keystead.test:8443', ''))).status
      assert.deepEqual(
        [await follow(`${link}x`), await follow(link.replace('/hooks/', '/other/')), await state()],
        [404, 404, 'AwaitingManualAction'],
      )
      assert.deepEqual([await follow(link), await state()], [200, 'Succeeded'])
      assert.equal(await follow(link), 404, 'once')
      await tell()
      assert.equal(receiver.events().length, 1)
      assert.equal((await owner('PATCH', path(), { labels: ['x'] })).status, 201)
      const later = linkIn(receiver.handshakes()[1] ?? assert.fail('nobody was asked again'))
      await after(601)
      assert.deepEqual([await follow(later), await state()], [404, 'Failed'], 'ten minutes, no more')
      await tell()
      assert.equal(receiver.events().length, 1)
      assert.ok(!JSON.stringify(ground.rows()).includes(link.split('token=')[1] ?? ''), 'nor who reads the audit')
    })

  test('that is changed asks its receiver again, and stays as it was where that refuses', async () => {
    const { owner, receiver } = await withVault()
    await owner('PUT', path(), body())
    receiver.shakes(() => ({ status: 403, body: new Uint8Array() }))
    assert.deepEqual(refusal(await owner('PATCH', path(), { labels: ['x'] })), [400, 'Url validation'])
    assert.equal(propertiesOf(await owner('GET', path()))['labels'], undefined)
  })

  test('is of a vault, and of one that is there', async () => {
    const { owner } = await withVault()
    assert.deepEqual(refusal(await owner('PUT', path('hooks', groupId), body())), [400, 'InvalidRequest'])
    assert.deepEqual(refusal(await owner('PUT', path('hooks', vaultPath('none')), body())), [404, 'ResourceNotFound'])
    assert.deepEqual(refusal(await owner('PUT', path('a_b'), body())), [400, 'BadRequest'])
  })

  test('is kept by who may write it, read by its reader without its URL, and gone with its vault', async () => {
    const wire = await withVault()
    const { owner, caller, assign } = wire
    const [reader, writer] = [await caller('reader'), await caller('writer')]
    await assign('2414bbcf-6497-4faf-8c65-045460748405', reader, vault)
    await assign('428e0ff0-5e57-4d9c-a221-2c70d0e0a443', writer, vault)
    assert.equal((await writer('PUT', path(), body())).status, 201)
    assert.equal((await reader('GET', path())).status, 200)
    for (const [method, at] of [
      ['POST', path().replace('?', '/getFullUrl?')],
      ['PUT', path()],
      ['DELETE', path()],
    ] as const)
      assert.deepEqual(refusal(await reader(method, at, body())), [403, 'AuthorizationFailed'])
    assert.equal((await writer('POST', path().replace('?', '/getFullUrl?'))).status, 200)
    assert.deepEqual(refusal(await writer('DELETE', vault)), [403, 'AuthorizationFailed'])
    const contributor = await caller('contributor')
    await assign(roles.keyVaultContributor, contributor, vault)
    assert.deepEqual(refusal(await contributor('GET', path())), [403, 'AuthorizationFailed'])
    await owner('DELETE', vault)
    assert.deepEqual(wire.ground.context.eventSubscriptions.peek(), [])
  })
})

describe('what is delivered', () => {
  test('is the event in a list of one, with the headers of the service', async () => {
    const { owner, receiver, tell } = await withVault()
    await owner('PUT', path('MyHooks'), body())
    await tell()
    const [sent, ...more] = receiver.events()
    assert.deepEqual([more, sent?.url], [[], url])
    const { 'content-type': type, ...headers } = sent?.headers ?? {}
    assert.deepEqual(
      [type, headers],
      [
        'application/json; charset=utf-8',
        {
          'aeg-event-type': 'Notification',
          'aeg-subscription-name': 'MYHOOKS',
          'aeg-delivery-count': '0',
          'aeg-data-version': '1',
          'aeg-metadata-version': '1',
        },
      ],
    )
    const told = eventIn(sent ?? assert.fail('nothing was sent'))
    assert.deepEqual(
      [told['eventType'], told['topic'], objectIn(told['data'])['VaultName']],
      ['Microsoft.KeyVault.VaultAccessPolicyChanged', vault, 'kv-1'],
    )
  })

  test('is one CloudEvent where that was asked for', async () => {
    const { owner, receiver, put, turns } = await withVault()
    await owner('PUT', path(), body({ eventDeliverySchema: 'CloudEventSchemaV1_0' }))
    assert.deepEqual(
      [receiver.handshakes()[0]?.method, receiver.handshakes()[0]?.headers['webhook-request-origin']],
      ['OPTIONS', 'eventgrid.azure.net'],
    )
    await put(event('e1'))
    await turns()
    const [sent] = receiver.events()
    assert.equal(sent?.headers['content-type'], 'application/cloudevents+json; charset=utf-8')
    const { data, ...rest } = objectIn(sent.body)
    assert.deepEqual(rest, {
      id: 'e1',
      source: vault,
      specversion: '1.0',
      type: 'Microsoft.KeyVault.SecretNewVersionCreated',
      subject: 'MySecret',
      time: '2027-01-15T08:00:00Z',
    })
    assert.equal(objectIn(data)['ObjectName'], 'MySecret')
  })

  test('is what the filter lets through, without case unless it says so', async () => {
    const { owner, receiver, put, turns } = await withVault()
    await owner('PUT', path('types'), body({ filter: { includedEventTypes: ['microsoft.keyvault.SECRETEXPIRED'] } }))
    await owner('PUT', path('begins'), body({ filter: { subjectBeginsWith: 'my' } }))
    await owner('PUT', path('exactly'), body({ filter: { subjectBeginsWith: 'my', isSubjectCaseSensitive: true } }))
    await owner('PUT', path('ends'), body({ filter: { subjectEndsWith: 'SECRET' } }))
    await owner('PUT', path('over'), body({ expirationTimeUtc: '2027-01-16T00:00:00Z' }))
    await put(event('e1'))
    await turns()
    const names = (from: number) =>
      new Set(
        receiver
          .events()
          .slice(from)
          .map(({ headers }) => headers['aeg-subscription-name']),
      )
    assert.deepEqual(names(0), new Set(['BEGINS', 'ENDS', 'OVER']))
    await put(event('e2', { eventType: 'Microsoft.KeyVault.SecretExpired', subject: 'other' }))
    await turns()
    assert.deepEqual(names(3), new Set(['OVER', 'TYPES']))
  })

  test('is what every advanced filter lets through', async () => {
    const { owner, receiver, put, turns } = await withVault()
    const advancedFilters = [
      { operatorType: 'StringIn', key: 'Data.ObjectType', values: ['key', 'SECRET'] },
      { operatorType: 'NumberGreaterThan', key: 'data.EXP', value: 5 },
    ]
    const made = await owner('PUT', path(), body({ filter: { advancedFilters } }))
    assert.deepEqual(objectIn(propertiesOf(made)['filter'])['advancedFilters'], advancedFilters)
    const { data } = event('e')
    await put(event('none'))
    await put(event('late', { data: { ...data, EXP: 6 } }))
    await put(event('other', { data: { ...data, EXP: 6, ObjectType: 'Certificate' } }))
    await turns()
    assert.deepEqual(idsOf(receiver.events()), ['late'])
    const wrong = await owner(
      'PUT',
      path(),
      body({ filter: { advancedFilters: [{ operatorType: 'NumberIn', key: 'data.EXP', values: ['6'] }] } }),
    )
    assert.deepEqual(refusal(wrong), [400, 'InvalidRequestContent'])
  })

  test('comes again until it is taken, later each time, and what is behind it waits its turn', async () => {
    const { owner, receiver, put, turns, after, waiting, ground } = await withVault()
    await owner('PUT', path(), body())
    receiver.answers(500, 'unreachable', 404)
    await put(event('e1'))
    await put(event('e2'))
    await turns()
    assert.deepEqual([idsOf(receiver.events()), (await waiting()).length], [['e1'], 2])
    await after(9)
    assert.equal(receiver.events().length, 1)
    await after(1)
    assert.equal(receiver.events().length, 2)
    await after(29)
    assert.equal(receiver.events().length, 2)
    await after(1)
    await after(60)
    assert.deepEqual(idsOf(receiver.events()), ['e1', 'e1', 'e1', 'e1', 'e2'])
    assert.deepEqual(
      receiver.events().map(({ headers }) => headers['aeg-delivery-count']),
      ['0', '1', '2', '3', '0'],
    )
    assert.deepEqual(await waiting(), [])
    const entries = ground.rows().filter(row => row['operation'] === 'EventRetry' || row['operation'] === 'EventDeliver')
    assert.deepEqual(
      entries.map(row => [row['operation'], objectIn(row['details'])['because']]),
      [
        ['EventRetry', '500'],
        ['EventRetry', 'unreachable'],
        ['EventRetry', '404'],
        ['EventDeliver', '200'],
        ['EventDeliver', '200'],
      ],
    )
    assert.ok(!JSON.stringify(ground.rows()).includes('a-secret'))
  })

  for (const status of [400, 401, 403, 413]) {
    test(`is given up at once where the receiver says ${status}`, async () => {
      const { owner, receiver, put, turns, waiting } = await withVault()
      await owner('PUT', path(), body())
      receiver.answers(status)
      await put(event('e1'))
      await put(event('e2'))
      await turns()
      assert.deepEqual([idsOf(receiver.events()), await waiting()], [['e1', 'e2'], []])
    })
  }

  test('is given up after so many tries, or when its time is over', async () => {
    const { owner, receiver, put, turns, after, waiting, delivering, ground } = await withVault()
    await owner('PUT', path(), body({ retryPolicy: { maxDeliveryAttempts: 2, eventTimeToLiveInMinutes: 1 } }))
    receiver.answers(500, 500)
    await put(event('e1'))
    await turns()
    await after(10)
    assert.deepEqual([receiver.events().length, await waiting()], [2, []])
    receiver.answers(500)
    await put(event('e2'))
    await turns()
    await delivering.stop()
    const { compartment, path: of } = (await waiting())[0] ?? assert.fail('nothing waits')
    const giveUp = async () => ground.run(system, async call => giveUpDeliveries.run(ground.context, call, { compartment, path: of }))
    ground.clock.advance(59_999)
    assert.equal(await giveUp(), false)
    ground.clock.advance(1)
    assert.equal((await ground.store.due(ground.clock.now(), 9)).length, 1)
    assert.equal(await giveUp(), true)
    assert.deepEqual(await waiting(), [])
  })

  test('does not keep an instance from stopping, and comes again after the start', async () => {
    const { owner, receiver, put, turns, delivering, ground } = await withVault()
    await owner('PUT', path(), body())
    const { promise, resolve } = Promise.withResolvers<void>()
    receiver.waits(promise)
    await put(event('e1'))
    await turns()
    await delivering.stop()
    resolve()
    await turns()
    assert.deepEqual(
      ground.rows().filter(row => String(row['operation']).startsWith('EventDeliver')),
      [],
    )
    const again = startDelivering(ground.context)
    ground.clock.advance(0)
    await turns()
    await again.stop()
    assert.deepEqual(idsOf(receiver.events()), ['e1', 'e1'])
  })

  test('is sent by one node at a time', async () => {
    const { owner, receiver, put, turns, delivering, ground } = await withVault()
    await owner('PUT', path(), body())
    await ground.store.lease('events', 2, 90_000)
    await put(event('e1'))
    await turns()
    assert.deepEqual(receiver.events(), [])
    ground.clock.advance(91_000)
    await turns()
    assert.deepEqual(idsOf(receiver.events()), ['e1'])
    await delivering.stop()
  })

  test('goes on after a restart where it stood, and is not put on its way twice', async () => {
    const { owner, receiver, put, turns, after, delivering, ground } = await withVault()
    await owner('PUT', path(), body())
    receiver.answers(500)
    await put(event('e1'))
    await put(event('e1'))
    await turns()
    await delivering.stop()
    await after(10)
    assert.equal(receiver.events().length, 1)
    const again = startDelivering(ground.context)
    ground.clock.advance(0)
    await turns()
    await again.stop()
    assert.deepEqual(idsOf(receiver.events()), ['e1', 'e1'])
  })

  test('ends with its subscription, what was on its way included', async () => {
    const { owner, receiver, put, turns, after, ground } = await withVault()
    await owner('PUT', path(), body())
    receiver.answers(500)
    await put(event('e1'))
    await turns()
    await owner('DELETE', path())
    await owner('PUT', path(), body())
    await after(60)
    assert.equal(receiver.events().length, 1)
    assert.deepEqual(await ground.store.due(ground.clock.now(), 9), [])
  })
})
