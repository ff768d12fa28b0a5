import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMeter } from '#domain/meter.ts'
import { openMetrics, requestFamilies } from './open-metrics.ts'

test('requests are counted by outcome, and their durations in buckets that add up', () => {
  const meter = createMeter()
  const one = { plane: 'keyvault', operation: 'KeySign' }
  for (const [status, durationMs] of [
    [200, 0.4],
    [200, 3],
    [403, 3],
    [401, 1],
    [429, 1],
    [404, 1],
    [503, 20_000],
  ] as const)
    meter.answered({ ...one, status, durationMs })
  const lines = openMetrics(requestFamilies(meter.read())).split('\n')
  const of = (outcome: string) => `keystead_requests_total{protocol="keyvault",operation="KeySign",outcome="${outcome}"}`
  for (const line of [`${of('ok')} 2`, `${of('denied')} 2`, `${of('throttled')} 1`, `${of('client_error')} 1`, `${of('server_error')} 1`])
    assert.ok(lines.includes(line), line)
  const bucket = (le: string) => `keystead_request_duration_seconds_bucket{protocol="keyvault",operation="KeySign",le="${le}"}`
  for (const line of [`${bucket('0.0005')} 1`, `${bucket('0.001')} 4`, `${bucket('0.005')} 6`, `${bucket('10')} 6`, `${bucket('+Inf')} 7`])
    assert.ok(lines.includes(line), line)
  assert.ok(lines.includes('keystead_request_duration_seconds_count{protocol="keyvault",operation="KeySign"} 7'))
  assert.deepEqual(lines.slice(-2), ['# EOF', ''])
})

test('values of labels are escaped, and metadata comes before samples', () => {
  const text = openMetrics([{ name: 'x', type: 'gauge', help: 'A "quote"\nand \\', samples: [{ labels: { a: 'b"c\\d\ne' }, value: 1 }] }])
  assert.equal(text, '# TYPE keystead_x gauge\n# HELP keystead_x A \\"quote\\"\\nand \\\\\nkeystead_x{a="b\\"c\\\\d\\ne"} 1\n# EOF\n')
})
