import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, test } from 'node:test'
import { rootScope } from '#domain/resources/scopes.ts'
import { testGround, type TestGround } from '#domain/testing.ts'
import { operator, type Principal } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import type { SyslogMessage } from '#ports/syslog.ts'
import type { WebhookMessage } from '#ports/webhooks.ts'
import { addAlarm, removeAlarm, type NewAlarm } from './set-alarm.ts'
import { startAlarms, type AlarmWatch } from './watch.ts'

const alice: Principal = { kind: 'application', id: 'alice' }
const bob: Principal = { kind: 'application', id: 'bob' }
const url = 'https://receiver.test/a'

interface Heard {
  readonly id: string
  readonly alarm: string
  readonly operation: string
  readonly who: string
}

async function watched(collects = false) {
  const ground = await testGround()
  const sent: WebhookMessage[] = []
  const collected: SyslogMessage[] = []
  let status = 204
  const watching = {
    tell: (row: { readonly operation: string }) => ({ name: `${row.operation}Event`, record: { ...row } }),
    webhooks: {
      async post(message: WebhookMessage) {
        sent.push(message)
        return Promise.resolve({ status })
      },
    },
    syslog: collects ? { send: async (message: SyslogMessage) => void collected.push(message) } : undefined,
  }
  const start = (): AlarmWatch => startAlarms({ ...ground.context, log: { ...ground.context.log, error: () => undefined } }, watching)
  return {
    ground,
    sent,
    collected,
    start,
    answer: (with_: number) => void (status = with_),
    heard: (): readonly Heard[] => sent.map(heardOf),
    add: async (asked: Partial<NewAlarm> = {}) =>
      ground.run(operator, async call => {
        const permit = ground.context.access.permit(call, 'alarm.write', { on: rootScope })
        const { secret } = await addAlarm(ground.context, call, {
          permit,
          name: 'a',
          events: ['KeyDecrypt'],
          resources: [],
          exceptPrincipals: [],
          webhook: { url },
          ...asked,
        })
        return Buffer.from(secret.bytes)
      }),
    remove: async (name = 'a') =>
      ground.run(operator, async call => {
        await removeAlarm(ground.context, call, { permit: ground.context.access.permit(call, 'alarm.write', { on: rootScope }), name })
      }),
    /** So much time, and all that it sets going. */
    pass: async (ms: number) => {
      for (let left = ms; left > 0; left -= 100) {
        ground.clock.advance(100)
        for (let turns = 0; turns < 6; turns += 1) await turn()
      }
    },
  }
}

function heardOf({ headers, body }: WebhookMessage): Heard {
  const { alarm, record } = JSON.parse(body) as { alarm: string; record: { operation: string; actor: { oid: string } } }
  return { id: headers['webhook-id'] ?? '', alarm, operation: record.operation, who: record.actor.oid }
}

interface Did {
  readonly operation?: string
  readonly resource?: string
}
const did = async (ground: TestGround, who: Principal, what: Did = {}): Promise<void> =>
  ground.run(who, async call => void (call.resource = what.resource ?? call.resource), what.operation ?? 'KeyDecrypt')
const wasRefused = async (ground: TestGround, who: Principal): Promise<void> => {
  const refused = ground.run(
    who,
    async call => {
      call.ruling = { allowed: false, because: 'no-role' }
      throw new Problem({ code: 'AlarmNotFound', details: { name: 'x' } })
    },
    'KeyDecrypt',
  )
  await assert.rejects(refused)
}

describe('an alarm', () => {
  test('tells within two seconds, signed, what fits: by the row’s name or the trail’s', async () => {
    const { ground, add, start, pass, sent, heard } = await watched()
    const secret = await add({ events: ['KeyDecrypt', 'KeySignEvent'], exceptPrincipals: ['bob'] })
    start()
    await did(ground, alice)
    await did(ground, bob)
    await did(ground, alice, { operation: 'KeyWrap' })
    await did(ground, alice, { operation: 'KeySign' })
    await pass(1_000)
    assert.deepEqual(
      heard().map(one => [one.alarm, one.operation, one.who]),
      [
        ['a', 'KeyDecrypt', 'alice'],
        ['a', 'KeySign', 'alice'],
      ],
    )
    const [first] = sent
    assert(first !== undefined)
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = first.headers
    assert.equal(signature, `v1,${createHmac('sha256', secret).update(`${id}.${timestamp}.${first.body}`).digest('base64')}`)
    assert(Math.abs(Number(timestamp) - ground.clock.now() / 1_000) <= 2)
    assert.equal((JSON.parse(first.body) as { type: string }).type, 'alarm')
  })

  test('is of the resources that it names', async () => {
    const { ground, add, start, pass, heard } = await watched()
    await add({ resources: ['https://kv/keys/k1'] })
    start()
    await did(ground, alice, { resource: 'https://kv/keys/k2' })
    await did(ground, bob, { resource: 'https://kv/keys/k1' })
    await pass(1_000)
    assert.deepEqual(
      heard().map(one => one.who),
      ['bob'],
    )
  })

  test('says nothing of what was before it, and nothing once it is gone', async () => {
    const { ground, add, remove, start, pass, heard } = await watched()
    await did(ground, alice)
    start()
    await add()
    await pass(1_000)
    assert.deepEqual(heard(), [])
    await did(ground, bob)
    await remove()
    await pass(1_000)
    assert.deepEqual(heard(), [])
  })

  test('is repeated under the same id until it is taken, and what came after waits its turn', async () => {
    const { ground, add, start, pass, heard, answer } = await watched()
    await add()
    start()
    answer(500)
    await did(ground, alice)
    await did(ground, bob)
    await pass(8_000)
    assert(heard().length >= 3 && new Set(heard().map(one => one.id)).size === 1, 'the first alone, again and again')
    answer(200)
    const already = heard().length
    await pass(20_000)
    assert.deepEqual(
      heard()
        .slice(already)
        .map(one => one.who),
      ['alice', 'bob'],
    )
  })

  test('survives a crash: what was not taken is told by the next start, what was taken keeps its id', async () => {
    const house = await watched()
    const { ground, add, start, pass, heard, answer } = house
    await add()
    const first = start()
    await did(ground, alice)
    await pass(1_000)
    answer(503)
    await did(ground, bob)
    await pass(1_000)
    // No goodbye: nothing was kept. The old one is only silenced.
    house.sent.length = 0
    answer(200)
    await first.stop()
    start()
    await did(ground, alice)
    await pass(1_000)
    assert.deepEqual(
      heard()
        .map(one => one.who)
        .slice(-2),
      ['bob', 'alice'],
    )
    assert.equal(new Set(heard().map(one => one.id)).size, heard().length)
  })

  test('keeps how far it came, and makes no entries of its own silence', async () => {
    const { ground, add, start, pass, heard, sent } = await watched()
    await add()
    const first = start()
    await pass(60_000)
    assert.equal(ground.rows().filter(row => row['operation'] === 'AlarmMoveOn').length, 0)
    await did(ground, alice)
    await pass(60_000)
    assert.equal(ground.rows().filter(row => row['operation'] === 'AlarmMoveOn').length, 1)
    await first.stop()
    sent.length = 0
    start()
    await pass(2_000)
    assert.deepEqual(heard(), [], 'told once')
    assert.equal(ground.context.alarms.peek()[0]?.value.lastRungAt !== undefined, true)
  })

  test('of refusals rings when there are more than so many in the time, once, and again after quiet', async () => {
    const { ground, add, start, pass, heard } = await watched()
    await add({ events: [], denied: { moreThan: 2, withinSeconds: 60 } })
    const first = start()
    for (let at = 0; at < 2; at += 1) await wasRefused(ground, alice)
    await did(ground, alice)
    await pass(1_000)
    assert.equal(heard().length, 0)
    // Counted over a restart.
    await first.stop()
    start()
    for (let at = 0; at < 5; at += 1) await wasRefused(ground, bob)
    await pass(1_000)
    assert.equal(heard().length, 1)
    await pass(61_000)
    for (let at = 0; at < 3; at += 1) await wasRefused(ground, alice)
    await pass(1_000)
    assert.equal(heard().length, 2)
  })

  test('goes to the operator’s syslog too, and one way does not wait for the other', async () => {
    const { ground, add, start, pass, collected, answer } = await watched(true)
    await add()
    start()
    answer(500)
    await did(ground, alice)
    await did(ground, bob)
    await pass(1_000)
    assert.deepEqual(
      collected.map(({ severity, kind, text }) => [severity, kind, (JSON.parse(text) as { alarm: string }).alarm]),
      [
        [4, 'alarm', 'a'],
        [4, 'alarm', 'a'],
      ],
    )
  })

  test('has a name of its own, and leaves no secret when it goes', async () => {
    const { ground, add, remove } = await watched()
    await add()
    await assert.rejects(add(), (error: unknown) => error instanceof Problem && error.body.code === 'Conflict')
    const id = ground.context.alarms.idOf(ground.context.instance.installation, ['a'])
    assert.equal((await ground.store.materialOf(id)).length, 1)
    await remove()
    assert.equal((await ground.store.materialOf(id)).length, 0)
    await assert.rejects(remove(), (error: unknown) => error instanceof Problem && error.body.code === 'AlarmNotFound')
  })
})
