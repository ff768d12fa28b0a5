import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { clockCheck, nodeCheck, openFilesCheck, reservedBytes, spaceCheck, throttleCheck } from './machine.ts'

describe('doctor looks at the machine', () => {
  test('a clock that is behind what was written last is wrong from 5 s on, and says by how much', () => {
    const at = (behindMs: number) => clockCheck({ now: 1_000_000, newest: 1_000_000 + behindMs })
    assert.deepEqual([at(-60_000).state, at(5_000).state, at(6_000).state], ['ok', 'ok', 'fail'])
    assert.equal(at(412_000).message, "the clock is 412 s behind the database's")
    assert.equal(clockCheck({ now: 1, newest: undefined }).state, 'ok')
  })

  test('less space than is reserved is wrong, little is told', () => {
    const states = [reservedBytes - 1, reservedBytes, 4 * reservedBytes].map(bytes => spaceCheck(bytes, '/data').state)
    assert.deepEqual(states, ['fail', 'warn', 'ok'])
    assert.match(spaceCheck(96 * 1_048_576, '/data').message, /^96 MiB free, 256 MiB reserved/)
  })

  test('another major version of Node than the pinned one is wrong', () => {
    const of = (node: string) => nodeCheck({ node, openssl: '3.5.8', wanted: '26.10.0' }).state
    assert.deepEqual([of('26.10.0'), of('26.1.0'), of('20.1.0'), of('2.6.0')], ['ok', 'ok', 'fail', 'fail'])
  })

  test('limits that are off, and few files, are told', () => {
    assert.deepEqual([throttleCheck('OFF').state, throttleCheck('on').state, throttleCheck(undefined).state], ['warn', 'ok', 'ok'])
    assert.deepEqual([openFilesCheck(256).state, openFilesCheck(65_536).state, openFilesCheck(undefined).state], ['warn', 'ok', 'ok'])
  })
})
