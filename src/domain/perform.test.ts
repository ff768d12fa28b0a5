import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { system } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from './call.ts'
import { testGround, type TestGround } from './testing.ts'

const subscriptionId = '11111111-1111-4111-8111-111111111111'

/** A record of a family that is read from the store on a miss. */
const put = (ground: TestGround, call: Call, armId: string): Promise<void> => putNamed(ground.context, call, armId)

async function putNamed(context: TestGround['context'], call: Call, kind: string): Promise<void> {
  const name = 'n'
  const at = { subscriptionId, armId: kind, state: 'live' as const }
  const held = await context.names.get(call, context.instance.installation, ['vault', name])
  if (held === undefined) context.names.create(call, context.instance.installation, { path: ['vault', name], value: at })
  else context.names.update(call, held, at)
}
const value = (ground: TestGround) => async (call: Call) =>
  (await ground.context.names.get(call, ground.context.instance.installation, ['vault', 'n']))?.value.armId

describe('perform', () => {
  test('what a call staged is there for the next one, and the entry names what was written', async () => {
    const ground = await testGround()
    await ground.run(system, async call => put(ground, call, 'first'))
    assert.equal(await ground.run(system, value(ground)), 'first')
    const writes = ground.rows()[0]?.['writes']
    assert(Array.isArray(writes) && writes.length === 1)
  })

  test('a refusal leaves its entry and nothing else', async () => {
    const ground = await testGround()
    const refusal = new Problem({ code: 'Conflict', details: { message: 'no' } })
    await assert.rejects(
      ground.run(system, async call => {
        await put(ground, call, 'never')
        throw refusal
      }),
      refusal,
    )
    assert.equal(await ground.run(system, value(ground)), undefined)
    assert.equal(ground.rows().length, 2)
    assert.deepEqual(ground.rows()[0]?.['result'], { http: 400 })
  })

  test('fifty that change one record at once are all done, one after the other', async () => {
    const ground = await testGround()
    await ground.run(system, async call => put(ground, call, '0'))
    const add = async (call: Call): Promise<void> => put(ground, call, String(Number(await value(ground)(call)) + 1))
    await Promise.all(Array.from({ length: 50 }, async () => ground.run(system, add)))
    assert.equal(await ground.run(system, value(ground)), '50')
  })

  test('an answer that stands on a value which moved meanwhile is given anew', async () => {
    const ground = await testGround()
    await ground.run(system, async call => put(ground, call, 'old'))
    let tries = 0
    const seen = await ground.run(system, async call => {
      tries += 1
      const found = await value(ground)(call)
      // Between this call's reading and its commit another one writes.
      if (tries === 1) await ground.run(system, async other => put(ground, other, 'new'))
      return found
    })
    assert.deepEqual([seen, tries], ['new', 2])
  })

  test('the same outcome found again is one entry, another outcome a second', async () => {
    const ground = await testGround()
    await ground.run(system, async call => put(ground, call, 'a'))
    const before = ground.rows().length
    let tries = 0
    await ground.run(system, async call => {
      tries += 1
      await value(ground)(call)
      if (tries === 1) await ground.run(system, async other => put(ground, other, 'b'), 'Other')
    })
    const rows = ground.rows().slice(before)
    assert.deepEqual(
      rows.map(row => row['operation']),
      ['Other', 'Test'],
    )
    assert.equal(tries, 2)
  })

  test('what is dear is made once, however often the call is tried', async () => {
    const ground = await testGround()
    await ground.run(system, async call => put(ground, call, 'a'))
    let made = 0
    let tries = 0
    await ground.run(system, async call => {
      tries += 1
      await value(ground)(call)
      await call.once('key', async () => ++made)
      if (tries === 1) await ground.run(system, async other => put(ground, other, 'b'))
    })
    assert.deepEqual([made, tries], [1, 2])
  })

  test('work for another has its own entry, with its own actor, in the same commit', async () => {
    const ground = await testGround()
    await ground.run(system, async call => {
      await call.as(
        { who: { id: 'set', kind: 'managedIdentity' }, operation: 'KeyUnwrap', plane: 'keyvault', resource: 'key' },
        async child => {
          child.ruling = { allowed: true, by: 'role' }
          await put(ground, child, 'by the child')
        },
      )
    })
    const [child, own] = ground.rows()
    assert.deepEqual([child?.['operation'], own?.['operation']], ['KeyUnwrap', 'Test'])
    assert.deepEqual(child?.['actor'], { kind: 'managedIdentity', oid: 'set' })
    assert.equal(await ground.run(system, value(ground)), 'by the child')
  })
})
