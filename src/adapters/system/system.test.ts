import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { systemClock } from './clock.ts'
import { systemLog } from './log.ts'
import { systemRandom } from './random.ts'

describe('systemRandom', () => {
  test('draws of every size have their length, their own memory, and are not drawn twice', () => {
    const random = systemRandom()
    const seen = new Set<string>()
    for (let draw = 0; draw < 3_000; draw++) {
      const bytes = random.bytes(16 + (draw % 300))
      assert.equal(bytes.length, 16 + (draw % 300))
      assert.equal(bytes.buffer.byteLength, bytes.length)
      seen.add(Buffer.from(bytes.subarray(0, 16)).toString('hex'))
      bytes.fill(0xff)
    }
    assert.equal(seen.size, 3_000)
    assert.equal(random.bytes(0).length, 0)
  })

  test('what it draws looks like noise: each bit is set about half of the time', () => {
    const random = systemRandom()
    let ones = 0
    for (let draw = 0; draw < 2_000; draw++) for (const byte of random.bytes(44)) ones += byte.toString(2).replaceAll('0', '').length
    const share = ones / (2_000 * 44 * 8)
    assert(share > 0.49 && share < 0.51, `${share}`)
  })

  test('uuids are version 4', () =>
    assert.match(systemRandom().uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/))
})

describe('systemClock', () => {
  test('calls back after a while, unless it is taken back', async () => {
    const from = systemClock.monotonic()
    let taken = true
    const back = systemClock.after(1, () => (taken = false))
    back()
    const keepAlive = setInterval(() => undefined, 1_000)
    await new Promise<void>(resolve => void systemClock.after(5, resolve))
    clearInterval(keepAlive)
    assert(systemClock.monotonic() - from >= 4)
    assert(taken)
    assert(Math.abs(systemClock.now() - Date.now()) < 1_000)
  })
})

describe('systemLog', () => {
  const capture = (level: 'info' | 'warn' = 'info') => {
    const lines: string[] = []
    return { lines, log: systemLog({ level, node: 'a1', to: { write: line => void lines.push(line) } }) }
  }
  const parsed = (line: string | undefined) => z.record(z.string(), z.unknown()).parse(JSON.parse(line ?? ''))

  test('an event is one JSON line: time, level, event, node, fields', () => {
    const { log, lines } = capture()
    log.info('request', { operation: 'KeyWrap', code: undefined, durationMs: 3 })
    assert.equal(lines.length, 1)
    const line = parsed(lines[0])
    assert.match(String(line['time']), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
    assert.deepEqual({ ...line, time: '' }, { level: 'info', time: '', event: 'request', node: 'a1', operation: 'KeyWrap', durationMs: 3 })
  })

  test('a field that is not on the list keeps its value to itself', () => {
    const { log, lines } = capture()
    log.warn('request', { authorization: 'Bearer secret', operation: 'x'.repeat(5_000) })
    assert.doesNotMatch(lines[0] ?? '', /secret/)
    assert.equal(String(parsed(lines[0])['operation']).length, 512)
  })

  test('a bug leaves its stack and its causes, not the properties of the thing thrown', () => {
    const { log, lines } = capture()
    log.error('bug', Object.assign(new Error('outer', { cause: new Error('inner') }), { key: 'hidden' }))
    log.error('bug', { key: 'hidden' })
    assert.match(String(parsed(lines[0])['cause']), /outer[\s\S]*caused by Error: inner/)
    assert.doesNotMatch(lines.join(''), /hidden/)
  })

  test('the level can be changed while it runs', () => {
    const { log, lines } = capture('warn')
    log.info('quiet')
    log.setLevel('info')
    log.info('loud')
    assert.deepEqual(
      lines.map(line => parsed(line)['event']),
      ['loud'],
    )
  })
})
