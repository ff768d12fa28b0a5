import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createLifecycle, type LifeState } from './states.ts'

const all: readonly LifeState[] = ['uninitialized', 'sealed', 'unsealing', 'catching-up', 'active', 'draining', 'failed']

/** The ways of security-and-reliability.md 2.7, spelled out once more. */
const ways = new Set(
  `uninitialized>sealed sealed>unsealing unsealing>sealed unsealing>catching-up catching-up>active catching-up>draining active>draining
   draining>sealed`.split(/\s+/),
)
const roads: readonly (readonly LifeState[])[] = [
  [],
  ['sealed'],
  ['sealed', 'unsealing'],
  ['sealed', 'unsealing', 'catching-up'],
  ['sealed', 'unsealing', 'catching-up', 'active'],
  ['sealed', 'unsealing', 'catching-up', 'active', 'draining'],
  ['failed'],
]

describe('the life of an instance', () => {
  test('goes the ways of the table and no other; from everywhere it may fail, and failed is final', () => {
    for (const road of roads) {
      for (const next of all) {
        const life = createLifecycle('uninitialized')
        for (const step of road) life.become(step)
        const from = life.state()
        const allowed = ways.has(`${from}>${next}`) || next === 'failed'
        if (allowed) life.become(next)
        else assert.throws(() => life.become(next), new RegExp(`${from} never becomes ${next}`))
        assert.equal(life.state(), allowed ? next : from)
      }
    }
  })

  test('listeners hear each change once, until they have enough', () => {
    const life = createLifecycle('sealed')
    const heard: string[] = []
    const end = life.onChange((now, before) => heard.push(`${before}>${now}`))
    life.become('unsealing')
    life.become('failed')
    life.become('failed')
    end()
    assert.deepEqual(heard, ['sealed>unsealing', 'unsealing>failed'])
  })
})
