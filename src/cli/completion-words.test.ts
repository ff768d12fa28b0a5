import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { commands } from './command-table.ts'
import { completionsOf } from './completion-words.ts'

const names = { vaults: async () => ['kv1', 'kv2'], keys: async () => ['kv1/k1', 'kv2/other'] }
const of = async (...typed: readonly string[]): Promise<readonly string[]> => completionsOf(commands, typed, names)

describe('what may stand where the cursor is', () => {
  test('commands, and the words that go on', async () => {
    assert((await of('')).includes('doctor'))
    assert.deepEqual(await of('doc'), ['doctor'])
    assert.deepEqual(await of('audit', 'v'), ['verify'])
    assert((await of('audit', '')).includes('export'))
    assert.deepEqual(await of('nothing', ''), [])
  })

  test('options of the command that stands there', async () => {
    assert.deepEqual(await of('doctor', '--de'), ['--deep'])
    assert((await of('audit', 'export', '--')).includes('--since'))
    assert(!(await of('audit', 'export', '--')).includes('--drain'))
    assert.deepEqual(await of('stop', '--drain', '--j'), ['--json'])
  })

  test('names of keys and vaults where the command takes one', async () => {
    assert.deepEqual(await of('key', 'show', ''), ['kv1/k1', 'kv2/other'])
    assert.deepEqual(await of('key', 'show', 'kv2'), ['kv2/other'])
    assert.deepEqual(await of('key', 'list', ''), ['kv1', 'kv2'])
    assert.deepEqual(await of('rotate', 'compartment', ''), ['kv1', 'kv2'])
    assert.deepEqual(await of('user', 'create', ''), [])
    assert.deepEqual(await of('key', 'show', '--data', './data', 'kv1'), ['kv1/k1'])
  })
})
