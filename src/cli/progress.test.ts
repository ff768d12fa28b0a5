import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { progress } from './progress.ts'

function told(terminal: boolean) {
  const written: string[] = []
  let at = 0
  const under = progress('keys', { now: () => at, terminal, write: text => void written.push(text) })
  return {
    written,
    at(ms: number, count: number): void {
      at = ms
      under.done(count)
    },
    end: () => under.end(),
  }
}

describe('what takes long says how far it is', () => {
  test('nothing within the first second', () => {
    const line = told(true)
    line.at(100, 500)
    line.at(999, 5_000)
    line.end()
    assert.deepEqual(line.written, [])
  })

  test('on a terminal in one line that is written over, and goes', () => {
    const line = told(true)
    line.at(1_000, 5_000)
    line.at(1_100, 5_500)
    line.at(2_000, 10_000)
    line.end()
    assert.deepEqual(line.written, ['\r\u001B[K5,000 keys  5,000/s', '\r\u001B[K10,000 keys  5,000/s', '\r\u001B[K'])
  })

  test('elsewhere in a plain line every ten seconds', () => {
    const line = told(false)
    for (const ms of [1_000, 5_000, 10_000, 12_000, 20_000]) line.at(ms, ms)
    line.end()
    assert.deepEqual(line.written, ['10,000 keys  1,000/s\n', '20,000 keys  1,000/s\n'])
  })
})
