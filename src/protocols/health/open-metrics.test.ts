import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMeter } from '#domain/meter.ts'
import { commitFamilies, cryptoFamilies, decisionFamily, openMetrics, requestFamilies } from './open-metrics.ts'

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

test('decisions are counted where a rule book was asked, whatever came of the request', () => {
  const meter = createMeter()
  const one = { plane: 'keyvault', operation: 'KeySign', durationMs: 1 }
  for (const [status, allowed] of [
    [200, true],
    [404, true],
    [403, false],
    [401, undefined],
  ] as const)
    meter.answered({ ...one, status, ...(allowed !== undefined && { allowed }) })
  const lines = openMetrics([decisionFamily(meter.readDecisions())]).split('\n')
  for (const [result, count] of [
    ['allowed', 2],
    ['denied', 1],
  ] as const)
    assert.ok(lines.includes(`keystead_decisions_total{plane="keyvault",result="${result}"} ${count}`), lines.join('\n'))
})

test('commits: entries count where they were written, and a conflict where they were not', () => {
  const meter = createMeter()
  meter.committed({ rows: 2, conflict: false, durationMs: 3 })
  meter.committed({ rows: 1, conflict: true, durationMs: 1 })
  const lines = openMetrics(commitFamilies(meter.readCommits())).split('\n')
  for (const line of [
    'keystead_audit_rows_total 2',
    'keystead_store_conflicts_total 1',
    'keystead_store_commit_duration_seconds_bucket{le="0.001"} 1',
    'keystead_store_commit_duration_seconds_count 2',
    'keystead_store_commit_duration_seconds_sum 0.004',
  ])
    assert.ok(lines.includes(line), line)
})

test('operations of a module are counted by algorithm and verb', () => {
  const meter = createMeter()
  for (const [verb, durationMs] of [
    ['sign', 2],
    ['sign', 4],
    ['verify', 1],
  ] as const)
    meter.worked({ module: 'software', algorithm: 'RS256', verb, durationMs })
  const lines = openMetrics(cryptoFamilies(meter.readWork())).split('\n')
  const of = (verb: string) => `{module="software",algorithm="RS256",verb="${verb}"}`
  for (const line of [
    `keystead_crypto_operations_total${of('sign')} 2`,
    `keystead_crypto_operations_total${of('verify')} 1`,
    `keystead_crypto_duration_seconds_count${of('sign')} 2`,
    `keystead_crypto_duration_seconds_sum${of('sign')} 0.006`,
  ])
    assert.ok(lines.includes(line), line)
})

test('values of labels are escaped, and metadata comes before samples', () => {
  const text = openMetrics([{ name: 'x', type: 'gauge', help: 'A "quote"\nand \\', samples: [{ labels: { a: 'b"c\\d\ne' }, value: 1 }] }])
  assert.equal(text, '# TYPE keystead_x gauge\n# HELP keystead_x A \\"quote\\"\\nand \\\\\nkeystead_x{a="b\\"c\\\\d\\ne"} 1\n# EOF\n')
})
