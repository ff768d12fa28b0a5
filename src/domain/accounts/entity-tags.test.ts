import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { Problem } from '#model/problem.ts'
import { withoutTags, withTags, type Tag } from './entity-tags.ts'
import { countedSize } from './quotas.ts'

const key = fc.stringMatching(/^[A-Za-z0-9_.:/=+\-@]{1,12}$/).filter(text => !text.toLowerCase().startsWith('aws:') && text !== '__proto__')
const tag = fc.record({ key, value: fc.stringMatching(/^[A-Za-z0-9 ]{0,8}$/) })
const caseless = (tags: readonly Tag[]): readonly Tag[] => [...new Map(tags.map(one => [one.key.toLowerCase(), one])).values()]
const some = fc.array(tag, { maxLength: 20 }).map(caseless)

describe('tags of users and roles', () => {
  test('what was set last is what is there, in whatever case its key was', () => {
    fc.assert(
      fc.property(some, some, (first, second) => {
        const tags = withTags('user', withTags('user', {}, first), second)
        const keys = Object.keys(tags).map(one => one.toLowerCase())
        assert.equal(new Set(keys).size, keys.length, 'no key twice')
        for (const { key: name, value } of second) assert.equal(tags[name], value)
        const over = new Set(second.map(one => one.key.toLowerCase()))
        for (const one of first) if (!over.has(one.key.toLowerCase())) assert.equal(tags[one.key], one.value)
        assert.deepEqual(withTags('user', tags, second), tags, 'set twice is set')
        assert.deepEqual(withoutTags('user', tags, keys), {})
      }),
    )
  })

  test('never more than fifty, and a refusal changes nothing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 }), (have, more) => {
        const numbered = (from: number, count: number) => Array.from({ length: count }, (_, at) => ({ key: `k${from + at}`, value: '' }))
        const before = withTags('role', {}, numbered(0, Math.min(have, 50)))
        const count = Object.keys(before).length
        const add = () => withTags('role', before, numbered(100, more))
        if (count + more > 50) assert.throws(add, (error: unknown) => error instanceof Problem && error.body.code === 'LimitExceeded')
        else assert.equal(Object.keys(add()).length, count + more)
        assert.equal(Object.keys(before).length, count)
      }),
    )
  })
})

test('of policies and profiles keys of another case are other keys', () => {
  assert.deepEqual(withTags('policy', { a: '1' }, [{ key: 'A', value: '2' }]), { a: '1', A: '2' })
  assert.deepEqual(withoutTags('instanceProfile', { a: '1', A: '2' }, ['a']), { A: '2' })
})

test('white space makes no document larger', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z{}":,]{1,10}$/)), fc.array(fc.constantFrom(' ', '\n', '\t', '  ')), (parts, spaces) => {
      const spaced = parts.map((part, at) => part + (spaces[at] ?? '')).join('')
      assert.equal(countedSize(spaced), parts.join('').length)
    }),
  )
})
