import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { escaped } from './shapes.ts'

test('a document comes through its escaping as it was, and nothing but unreserved characters is left plain', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.integer({ min: 9, max: 255 }).map(code => String.fromCharCode(code)) }), document => {
      const text = escaped(document)
      assert.match(text, /^(?:[A-Za-z0-9\-._~]|%[0-9A-F]{2})*$/)
      assert.equal(decodeURIComponent(text), document)
    }),
  )
})
