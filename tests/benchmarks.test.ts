import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { markdownOf, type Tables } from '#bench/report.ts'
import type { Machine } from '#bench/machine.ts'

const [json, markdown] = ['docs/benchmarks.json', 'docs/benchmarks.md']

describe('the published benchmarks', { skip: existsSync(json) ? false : 'there are none yet: npm run bench' }, () => {
  test('say the same in JSON and in Markdown', () => {
    const { machine, ...tables } = JSON.parse(readFileSync(json, 'utf8')) as Tables & { readonly machine: Machine }
    assert.equal(readFileSync(markdown, 'utf8'), markdownOf(machine, tables))
  })

  test('give every case an anchor, a goal and its rounds, the ratio being their median', () => {
    const { cases } = JSON.parse(readFileSync(json, 'utf8')) as Tables
    assert(cases.length > 0)
    for (const { case: name, anchor, ratio, goal, rounds } of cases) {
      assert(name !== '' && anchor !== '' && typeof goal === 'number' && rounds.length > 0, name)
      assert(ratio >= Math.min(...rounds) && ratio <= Math.max(...rounds), name)
    }
  })
})
