import assert from 'node:assert/strict'
import { test } from 'node:test'
import { element, elements, escapeXml } from './xml.ts'

test('texts are escaped, and what XML cannot write is replaced', () => {
  assert.equal(escapeXml('a<b>&"c"\r\u0000\ud800'), 'a&lt;b&gt;&amp;&quot;c&quot;&#xD;\ufffd\ufffd')
  assert.equal(element('A', '', { xmlns: 'https://x/?a&b' }), '<A xmlns="https://x/?a&amp;b"></A>')
})

test('lists are written as their protocol writes them, and what is absent is left out', () => {
  const value = { Name: 'n', None: undefined, Tags: [{ Key: 'a' }, { Key: 'b' }], Empty: [], Count: 2, Is: false }
  assert.equal(
    elements(value, 'member'),
    '<Name>n</Name><Tags><member><Key>a</Key></member><member><Key>b</Key></member></Tags><Empty></Empty><Count>2</Count><Is>false</Is>',
  )
  assert.equal(elements({ Key: ['a', 'b'] }, 'flat'), '<Key>a</Key><Key>b</Key>')
})
