import assert from 'node:assert/strict'
import { test } from 'node:test'
import { csvLine } from './csv.ts'

test('a line of CSV quotes what needs it, and no name is a formula', () => {
  assert.equal(csvLine(['plain', 'a,b', 'say "x"', 'two\nlines', '']), 'plain,"a,b","say ""x""","two\nlines",')
  assert.equal(csvLine(['=1+1', '+1', '-1', '@x', 'a=b']), "'=1+1,'+1,'-1,'@x,a=b")
})
