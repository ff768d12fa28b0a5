import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { anonymous, type Principal } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import { enterFloods, startSummaries } from './audit/summaries.ts'
import { beginCall, outcomeOf } from './call.ts'
import { fullPerMinute, networkOf } from './noise.ts'
import { perform } from './perform.ts'
import { testGround, type TestGround } from './testing.ts'

interface Knock {
  readonly from?: string
  readonly plane?: string
  readonly who?: Principal
  /** Succeeds where there is none. */
  readonly refusal?: Problem
  /** Everybody is told the same. */
  readonly open?: true
}

const noToken = new Problem({ code: 'TokenMissing' })

/** A request as a wire runs it. */
async function knock(
  { context }: TestGround,
  { from = '127.0.0.1', plane = 'arm', who = anonymous, refusal, open }: Knock,
): Promise<number> {
  const { ground } = context
  const answer = await perform(ground, {
    deadlineAt: ground.clock.monotonic() + 10_000,
    ...(open === true && { open }),
    begin: (decidedAt, keepsake) =>
      beginCall({
        source: { requestId: ground.random.uuid(), plane, ...(from !== '' && { sourceIp: from }) },
        at: ground.clock.now(),
        decidedAt,
        operation: 'Knock',
        resource: '/',
        who,
        keepsake,
      }),
    async run(call) {
      if (refusal === undefined) call.ruling = { allowed: true, by: 'public' }
      if (refusal !== undefined) throw refusal
      return Promise.resolve({ status: 200 })
    },
    refuse: (_call, error) => ({ status: outcomeOf(error).http }),
  })
  return answer.status
}

async function flood(ground: TestGround, times: number, knocked: Knock = { refusal: noToken }): Promise<void> {
  for (let time = 0; time < times; time += 1) await knock(ground, knocked)
}

const summaries = (ground: TestGround) =>
  ground
    .rows()
    .filter(row => row['operation'] === 'Summary')
    .map(row => row['details'])

describe('requests without credentials', () => {
  test('the first 1,000 of a source in a minute are entered in full, all further ones are one row', async () => {
    const ground = await testGround({ throttle: true })
    await flood(ground, fullPerMinute + 7)
    await flood(ground, 2, { refusal: new Problem({ code: 'UnknownRoute' }) })
    assert.equal(ground.rows().length, fullPerMinute)
    await enterFloods(ground.context, 'past')
    assert.deepEqual(summaries(ground), [], 'the minute is not over')
    ground.clock.advance(60_000)
    await enterFloods(ground.context, 'past')
    await enterFloods(ground.context, 'all')
    assert.deepEqual(summaries(ground), [{ count: '9', minute: '2027-01-15T08:00Z', source: '127.0.0.1', statuses: '401: 7, 404: 2' }])
    const row = ground.rows().at(-1)
    assert.deepEqual(
      [row?.['plane'], row?.['decision'], row?.['result'], row?.['actor']],
      ['arm', { allow: false, appliedSeq: 0, because: 'summed-up' }, { http: 401 }, { kind: 'anonymous' }],
    )
  })

  test('they are refused all the same, and the next minute begins anew', async () => {
    const ground = await testGround({ throttle: true })
    await flood(ground, fullPerMinute)
    assert.equal(await knock(ground, { refusal: noToken }), 401)
    assert.equal(ground.rows().length, fullPerMinute)
    ground.clock.advance(60_000)
    await flood(ground, 2)
    assert.equal(ground.rows().length, fullPerMinute + 2)
  })

  test('a success that is somebody’s own is never summed up, nor a refusal of someone who has proved who he is, nor what comes by the admin socket', async () => {
    const ground = await testGround({ throttle: true })
    await flood(ground, fullPerMinute + 1)
    await knock(ground, {})
    await knock(ground, { who: { id: 'someone', kind: 'application' }, refusal: new Problem({ code: 'UnknownRoute' }) })
    await knock(ground, { from: '', refusal: new Problem({ code: 'UnknownRoute' }) })
    assert.equal(ground.rows().length, fullPerMinute + 3)
  })

  test('what everybody is told is summed up beside refusals, and hides none of them', async () => {
    const ground = await testGround({ throttle: true })
    await flood(ground, fullPerMinute + 5, { open: true })
    assert.equal(await knock(ground, { open: true }), 200, 'it is answered all the same')
    assert.equal(await knock(ground, { refusal: noToken }), 401)
    assert.equal(ground.rows().length, fullPerMinute + 1, 'the refusal is entered in full')
    await knock(ground, { open: true, who: { id: 'someone', kind: 'application' } })
    assert.equal(ground.rows().length, fullPerMinute + 2, 'as is who has proved who he is')
    await enterFloods(ground.context, 'all')
    assert.deepEqual(summaries(ground), [{ count: '6', minute: '2027-01-15T08:00Z', source: '127.0.0.1', statuses: '200: 6' }])
    const row = ground.rows().at(-1)
    assert.deepEqual([row?.['decision'], row?.['result']], [{ allow: true, appliedSeq: 0, by: 'summed-up' }, { http: 200 }])
  })

  test('sources have their own thousand, planes their own row', async () => {
    const ground = await testGround({ throttle: true })
    await flood(ground, fullPerMinute + 1)
    await flood(ground, 3, { plane: 'keyvault', refusal: noToken })
    await flood(ground, 1, { from: '192.0.2.1', refusal: noToken })
    assert.equal(ground.rows().length, fullPerMinute + 1)
    await enterFloods(ground.context, 'all')
    const counts = ground.rows().slice(fullPerMinute + 1)
    assert.deepEqual(
      counts.map(row => row['plane']),
      ['arm', 'keyvault'],
    )
  })

  test('a network of IPv6 is one source', async () => {
    const ground = await testGround({ throttle: true })
    await flood(ground, fullPerMinute, { from: '2001:db8::1', refusal: noToken })
    await knock(ground, { from: '2001:db8:0:0:ffff::2', refusal: noToken })
    await knock(ground, { from: '2001:db8:0:1::1', refusal: noToken })
    assert.equal(ground.rows().length, fullPerMinute + 1)
    assert.deepEqual(['::1', '1:2:3:4:5:6:7:8', '10.0.0.1'].map(networkOf), ['0:0:0:0::/64', '1:2:3:4::/64', '10.0.0.1'])
  })

  test('with the throttle off all are entered in full', async () => {
    const ground = await testGround({ throttle: false })
    await flood(ground, fullPerMinute + 5)
    assert.equal(ground.rows().length, fullPerMinute + 5)
  })

  test('an instance that ends enters what it has counted', async () => {
    const ground = await testGround({ throttle: true })
    const running = startSummaries(ground.context)
    await flood(ground, fullPerMinute + 1)
    await running.stop()
    assert.equal(summaries(ground).length, 1)
  })

  test('what the store does not take is entered later, added to what came since', async () => {
    let full = false
    const ground = await testGround({ throttle: true, reserved: () => full })
    await flood(ground, fullPerMinute + 2)
    full = true
    await enterFloods(ground.context, 'all')
    assert.deepEqual(summaries(ground), [])
    assert.equal(await knock(ground, { refusal: noToken }), 401, 'what needs no entry needs no space')
    full = false
    await enterFloods(ground.context, 'all')
    assert.deepEqual(summaries(ground), [{ count: '3', minute: '2027-01-15T08:00Z', source: '127.0.0.1', statuses: '401: 3' }])
  })
})
