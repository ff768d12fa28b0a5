import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createRouter } from './router.ts'

const operations = [
  { method: 'GET', path: '/keys', name: 'list' },
  { method: 'POST', path: '/keys/restore', name: 'restore' },
  { method: 'GET', path: '/keys/{name}/{version?}', name: 'get' },
  { method: 'GET', path: '/keys/{name}/versions', name: 'versions' },
  { method: 'POST', path: '/keys/{name}/{version?}/sign', name: 'sign' },
  { method: 'PUT', path: '/{scope*}/providers/Microsoft.Authorization/roleAssignments/{assignment}', name: 'assign' },
]
const route = createRouter(operations)
const found = (method: string, path: string) => {
  const at = route(method, path.split('/').slice(1))
  return at.found === 'operation' ? [at.operation.name, { ...at.params }] : at.found
}

describe('the router', () => {
  test('takes fixed segments in any case and before parameters', () => {
    assert.deepEqual(found('GET', '/Keys'), ['list', {}])
    assert.deepEqual(found('POST', '/keys/restore'), ['restore', {}])
    assert.deepEqual(found('GET', '/keys/k1/VERSIONS'), ['versions', { name: 'k1' }])
  })

  test('takes an optional segment that is there, absent, or empty in the middle', () => {
    assert.deepEqual(found('GET', '/keys/k1'), ['get', { name: 'k1' }])
    assert.deepEqual(found('GET', '/keys/k1/v1'), ['get', { name: 'k1', version: 'v1' }])
    assert.deepEqual(found('POST', '/keys/k1/sign'), ['sign', { name: 'k1' }])
    assert.deepEqual(found('POST', '/keys/k1//sign'), ['sign', { name: 'k1' }])
    assert.deepEqual(found('POST', '/keys/k1/v1/sign'), ['sign', { name: 'k1', version: 'v1' }])
  })

  test('takes any number of segments in front of an extension resource', () => {
    assert.deepEqual(found('PUT', '/providers/Microsoft.Authorization/roleAssignments/a'), ['assign', { scope: '', assignment: 'a' }])
    assert.deepEqual(found('PUT', '/subscriptions/s/resourceGroups/g/providers/microsoft.authorization/ROLEASSIGNMENTS/a'), [
      'assign',
      { scope: 'subscriptions/s/resourceGroups/g', assignment: 'a' },
    ])
  })

  test('tells another method from nothing at all', () => {
    assert.equal(found('DELETE', '/keys'), 'other-methods')
    assert.equal(found('GET', '/things'), 'nothing')
    assert.equal(found('POST', '/keys/k1/v1/sign/now'), 'nothing')
  })

  test('never takes an empty segment for a parameter', () => {
    assert.equal(found('GET', '/keys//k1'), 'nothing')
    assert.equal(found('GET', '/keys/'), 'nothing')
  })
})
