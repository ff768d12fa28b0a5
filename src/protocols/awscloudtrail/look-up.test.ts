import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { testAccount, testUser, type Credentials } from '#domain/accounts/testing.ts'
import { parseRow } from '#domain/audit/parse-row.ts'
import { giveSession } from '#domain/sessions/give-session.ts'
import { testGround } from '#domain/testing.ts'
import { millis } from '#model/brands.ts'
import { system } from '#model/principal.ts'
import { cloudTrailRecord } from '#protocols/aws/cloud-trail-record.ts'
import { sign } from '#protocols/aws/testing.ts'
import { createPipeline } from '#protocols/http/pipeline.ts'
import { ask } from '#protocols/http/testing.ts'
import { cloudTrailProtocol } from './index.ts'

const domain = 'keystead.test'
const accountId = '111122223333'
const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }
const events = z.object({
  Events: z.array(
    z.looseObject({ EventId: z.string(), EventName: z.string(), ReadOnly: z.string(), Username: z.string(), CloudTrailEvent: z.string() }),
  ),
  NextToken: z.string().optional(),
})

async function wire() {
  const ground = await testGround({ domain })
  await testAccount(ground, accountId)
  await testAccount(ground, '444455556666')
  const alice = await testUser(ground, { accountId, name: 'alice', policy })
  const bob = await testUser(ground, { accountId, name: 'bob' })
  const eve = await testUser(ground, { accountId: '444455556666', name: 'eve', policy })
  const pipeline = createPipeline(ground.context, cloudTrailProtocol(domain))
  const send = async (credentials: Credentials, body: object, { target = 'CloudTrail_20131101', region = 'us-east-1' } = {}) =>
    ask(
      pipeline,
      sign({
        url: `https://cloudtrail.${region}.${domain}/`,
        method: 'POST',
        headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${target}.LookupEvents` },
        body: JSON.stringify(body),
        credentials,
        service: 'cloudtrail',
        region,
        at: ground.clock.now(),
      }),
    )
  return {
    ground,
    alice,
    bob,
    eve,
    send,
    look: async (who: Credentials, body: object = {}, at = {}) => events.parse((await send(who, body, at)).json),
  }
}

describe('looking up events', () => {
  test('shows what was recorded in the caller’s account and Region, newest first, each the record of its row', async () => {
    const { ground, alice, bob, eve, look, send } = await wire()
    await send(bob, {})
    await look(eve)
    await look(alice, {}, { region: 'eu-west-1' })
    ground.clock.advance(1_000)
    await look(alice)
    const { Events } = await look(alice)
    assert.deepEqual(
      Events.map(({ EventName, Username }) => [EventName, Username]),
      [
        ['LookupEvents', 'alice'],
        ['LookupEvents', 'bob'],
      ],
    )
    const records = ground.rows().flatMap((row, at) => cloudTrailRecord(parseRow({ seq: at + 1, text: JSON.stringify(row) })) ?? [])
    for (const { EventId, CloudTrailEvent } of Events)
      assert.deepEqual(JSON.parse(CloudTrailEvent), JSON.parse(JSON.stringify(records.find(record => record.eventID === EventId))))
    const refused = z.looseObject({ errorCode: z.string(), errorMessage: z.string() }).parse(JSON.parse(Events[1]?.CloudTrailEvent ?? ''))
    assert.equal(refused.errorCode, 'AccessDeniedException')
    assert.match(refused.errorMessage, /^User: .*user\/bob is not authorized to perform: cloudtrail:LookupEvents/)
  })

  test('goes by one attribute and by time, page by page', async () => {
    const { ground, alice, bob, look, send } = await wire()
    for (let at = 0; at < 5; at += 1) {
      await send(bob, {})
      ground.clock.advance(10_000)
      await look(alice)
    }
    const of = (key: string, value: string) => ({ LookupAttributes: [{ AttributeKey: key, AttributeValue: value }] })
    assert.equal((await look(alice, of('Username', 'bob'))).Events.length, 5)
    assert.equal((await look(alice, of('AccessKeyId', bob.accessKeyId))).Events.length, 5)
    assert.equal((await look(alice, of('EventName', 'CreateTrail'))).Events.length, 0)
    const from = ground.clock.now() / 1_000 - 15
    assert.equal((await look(alice, { ...of('Username', 'bob'), StartTime: from })).Events.length, 1)
    assert.equal((await look(alice, { ...of('Username', 'bob'), EndTime: from })).Events.length, 4)
    const seen: string[] = []
    for (let token: string | undefined, page = 0; page === 0 || token !== undefined; page += 1) {
      const { Events, NextToken } = await look(alice, {
        ...of('Username', 'bob'),
        MaxResults: 2,
        ...(token !== undefined && { NextToken: token }),
      })
      assert(Events.length <= 2 && page < 10)
      seen.push(...Events.map(one => one.EventId))
      token = NextToken
    }
    assert.deepEqual([seen.length, new Set(seen).size], [5, 5])
  })

  test('refuses what it is not asked for in the service’s words', async () => {
    const { alice, send } = await wire()
    const attribute = { AttributeKey: 'EventName', AttributeValue: 'x' }
    for (const [body, code] of [
      [{ LookupAttributes: [attribute, attribute] }, 'InvalidLookupAttributesException'],
      [{ MaxResults: 51 }, 'InvalidMaxResultsException'],
      [{ MaxResults: 0 }, 'InvalidMaxResultsException'],
      [{ StartTime: 2, EndTime: 1 }, 'InvalidTimeRangeException'],
      [{ NextToken: 'none' }, 'InvalidNextTokenException'],
      [{ EventCategory: 'data' }, 'InvalidEventCategoryException'],
      [{ LookupAttributes: [{ AttributeKey: 'Colour', AttributeValue: 'x' }] }, 'ValidationException'],
    ] as const) {
      const answered = await send(alice, body)
      assert.deepEqual([answered.status, answered.json['__type']], [400, code])
    }
  })

  test('calls whomever a user vouches for by that name', async () => {
    const { ground, alice, look } = await wire()
    const guest = await ground.run(system, async call => {
      const { accessKeyId, secret, token } = await giveSession(ground.context, call, {
        accountId,
        of: { kind: 'federated', name: 'guest', user: { id: alice.userId, name: 'alice' } },
        issuedAt: call.at,
        expiresAt: millis(call.at + 900_000),
        policies: [JSON.stringify(policy)],
        policyArns: [],
        tags: {},
        transitiveTagKeys: [],
      })
      return { accessKeyId, secretAccessKey: Buffer.from(secret.bytes).toString('latin1'), sessionToken: token }
    })
    await look(guest)
    const { Events } = await look(alice, { LookupAttributes: [{ AttributeKey: 'Username', AttributeValue: 'guest' }] })
    assert.deepEqual(
      Events.map(({ EventName, Username }) => [EventName, Username]),
      [['LookupEvents', 'guest']],
    )
  })

  test('has no events of what is unusual', async () => {
    const { alice, send } = await wire()
    assert.deepEqual((await send(alice, { EventCategory: 'insight' })).json['Events'], [])
  })

  test('is asked by either spelling of its target', async () => {
    const { alice, send } = await wire()
    const target = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101'
    assert.equal((await send(alice, {}, { target })).status, 200)
  })
})
