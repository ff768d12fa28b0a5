import assert from 'node:assert/strict'
import { test } from 'node:test'
import { junit, sarif } from './check-formats.ts'

const report = {
  ok: false,
  checks: [
    {
      id: '/subscriptions/s/disks/a<b>"&',
      name: 'a',
      ok: false,
      items: [
        { check: 'role', state: 'good', text: 'may' },
        { check: 'key', state: 'bad', text: 'the key is <disabled> & gone', next: ['keystead key enable kv1/k1'] },
        { check: 'rotation', state: 'note', text: 'behind' },
      ],
    },
  ],
}

test('SARIF: a result a line, of which only what is bad fails', () => {
  const { version, runs } = JSON.parse(JSON.stringify(sarif(report))) as {
    version: string
    runs: {
      tool: { driver: { name: string; rules: { id: string }[] } }
      results: { ruleId: string; kind: string; level: string; message: { text: string } }[]
    }[]
  }
  assert.deepEqual([version, runs[0]?.tool.driver.name], ['2.1.0', 'keystead verify'])
  assert.deepEqual(
    runs[0]?.results.map(({ ruleId, kind, level }) => [ruleId, kind, level]),
    [
      ['role', 'pass', 'none'],
      ['key', 'fail', 'error'],
      ['rotation', 'informational', 'none'],
    ],
  )
  assert.equal(runs[0].results[1]?.message.text, 'a: the key is <disabled> & gone\nkeystead key enable kv1/k1')
})

test('JUnit: what is bad is a failure, and nothing breaks out of its text', () => {
  const xml = junit(report)
  assert.match(xml, /<testsuites name="keystead verify" tests="3" failures="1">/)
  assert.match(xml, /<failure message="the key is &lt;disabled&gt; &amp; gone">/)
  assert.match(xml, /classname="\/subscriptions\/s\/disks\/a&lt;b&gt;&quot;&amp;"/)
  assert.equal([...xml.matchAll(/<testcase /g)].length, 3)
  assert.ok(!/&(?!amp;|lt;|gt;|quot;)/.test(xml))
})
