import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Answer } from './answer.ts'
import { createGate } from './gate.ts'
import type { Pipeline } from './pipeline.ts'
import { ask } from './testing.ts'

/** Answers its own name, when it is told to. */
function house(name: string, answer: () => Promise<Answer> = async () => ({ status: 200, body: name })): Pipeline {
  return { serves: hostname => hostname === 'here', route: () => ({ maximumBytes: 1_000, answer }) }
}
const sealed = house('sealed', async () => ({ status: 503, body: 'sealed' }))
const asked = async (pipeline: Pipeline): Promise<string> => {
  const { status, text } = await ask(pipeline, { url: 'https://here/' })
  return `${status} ${text}`
}

describe('the gate of a wire', () => {
  test('is shut at first, lets in once it is open, and is shut again; it counts whom it sent away since', async () => {
    const gate = createGate(sealed)
    assert(gate.serves('here') && !gate.serves('there'))
    assert.equal(await asked(gate), '503 sealed')
    assert.equal(gate.sentAway(), 1)
    gate.open(house('one'))
    assert.equal(await asked(gate), '200 one')
    gate.shut()
    assert.equal(gate.sentAway(), 0)
    assert.equal(await asked(gate), '503 sealed')
    gate.open(house('two'))
    assert.equal(await asked(gate), '200 two')
    assert.equal(gate.sentAway(), 1)
  })

  test('whose body came late is answered by what stands there then', async () => {
    const gate = createGate(sealed)
    const request = { url: 'https://here/' }
    const late = async (meanwhile: () => void) => {
      const slow: Pipeline = {
        serves: hostname => gate.serves(hostname),
        route(...routing) {
          const routed = gate.route(...routing)
          meanwhile()
          return routed
        },
      }
      return (await ask(slow, request)).text
    }
    assert.equal(await late(() => gate.open(house('one'))), 'one')
    assert.equal(await late(() => gate.open(house('two'))), 'two')
    assert.equal(await late(() => gate.shut()), 'sealed')
  })

  test('waits for those who were let in, and for nobody when there is nobody', async () => {
    const gate = createGate(sealed)
    await gate.idle()
    const { promise, resolve } = Promise.withResolvers<Answer>()
    gate.open(house('slow', async () => promise))
    const order = new Set<string>()
    const answered = asked(gate).then(text => order.add(text))
    gate.shut()
    const idle = gate.idle().then(() => order.add('idle'))
    assert.equal(await asked(gate), '503 sealed')
    assert.equal(order.size, 0)
    resolve({ status: 201, body: 'done' })
    await Promise.all([answered, idle])
    assert.deepEqual(order, new Set(['201 done', 'idle']), 'what was committed is told')
  })

  test('makes no bug of a request whose keys went away under it; while it is open, a bug is one', async () => {
    const gate = createGate(sealed)
    const broken = async (): Promise<Answer> => ({ status: 500, body: 'bug' })
    const thrown = async (): Promise<Answer> => {
      throw new Error('the store is closed')
    }
    for (const answer of [broken, thrown]) {
      gate.open(
        house('under', async () => {
          gate.shut()
          return answer()
        }),
      )
      assert.equal(await asked(gate), '503 sealed')
    }
    gate.open(house('broken', broken))
    assert.equal(await asked(gate), '500 bug')
    gate.open(house('thrown', thrown))
    await assert.rejects(asked(gate), /the store is closed/)
  })
})
