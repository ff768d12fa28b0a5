import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { linesOf, withBlock, withoutBlock } from './hosts-block.ts'

const block = { domain: 'keystead.test', names: ['login.keystead.test', 'kv1.vault.keystead.test'] }

describe('a block in a file of hosts', () => {
  test('names each host at both loopback addresses', () => {
    assert.match(linesOf(block), /^# keystead keystead\.test: begin\n127\.0\.0\.1 login\.keystead\.test\n::1 login\.keystead\.test\n/)
  })

  test('what was there stays as it was, through writing, writing again and removing', () => {
    const file = fc.array(fc.stringMatching(/^[a-z0-9 .#]{0,30}$/), { maxLength: 8 }).map(lines => lines.map(line => `${line}\n`).join(''))
    fc.assert(
      fc.property(file, text => {
        const once = withBlock(text, block) ?? assert.fail()
        assert(once.startsWith(text))
        assert.equal(withBlock(once, block), once)
        assert.equal(withoutBlock(once, block.domain), text)
      }),
    )
  })

  test('a block of another instance, and what comes behind, are left alone', () => {
    const other = withBlock('127.0.0.1 localhost\n', { domain: 'other.test', names: ['login.other.test'] }) ?? assert.fail()
    const both = `${withBlock(other, block) ?? assert.fail()}10.0.0.1 later\n`
    assert.equal(withoutBlock(both, block.domain), `${other}10.0.0.1 later\n`)
  })

  test('a block without an end is not touched', () => {
    assert.equal(withBlock('# keystead keystead.test: begin\n127.0.0.1 a\n', block), undefined)
  })
})
