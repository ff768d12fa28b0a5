import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { millis, scopeOf, seq } from '#model/brands.ts'
import type { Principal } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import { beginCall, keepsake } from '#domain/call.ts'
import { createAccess, noFacts, type CountsAs } from '#domain/access/permit.ts'
import { permissionRow, permissions, type Permission } from '#domain/access/permissions.ts'
import { accessPolicyBook, wordsGiving, type PolicyRow } from './access-policies.ts'

const vault = scopeOf(['', '/subscriptions/s', '/subscriptions/s/resourcegroups/g', '/vaults/v'])
const app: Principal = { id: 'app', kind: 'application', tenant: 't', appId: 'client' }
const user: Principal = { id: 'user', kind: 'user', tenant: 't', appId: 'client' }

const row = (objectId: string, words: readonly string[], more: Partial<PolicyRow> = {}): PolicyRow => ({
  objectId,
  tenantId: 't',
  words: new Set(words),
  ...more,
})
const bookOf = (rows: readonly PolicyRow[], countsAs?: CountsAs) =>
  accessPolicyBook(scope => (scope.includes('/vaults/v') ? Map.groupBy(rows, one => one.objectId) : undefined), countsAs)

function asked(book: ReturnType<typeof bookOf>, who: Principal, permission: Permission) {
  const ruling = book({ who, permission, on: vault, facts: noFacts })
  return ruling === undefined ? undefined : ruling.allowed ? ruling.by : ruling.because
}

const isPermission = (name: string): name is Permission => Object.hasOwn(permissions, name)
const withWords = Object.keys(permissions)
  .filter(isPermission)
  .filter(permission => permissionRow(permission).policies !== undefined)

describe('access policies', () => {
  test('each word gives what it names, and nothing else', () => {
    for (const given of withWords) {
      const [word = ''] = wordsGiving(permissionRow(given).policies ?? '')
      for (const other of withWords) {
        const expected = wordsGiving(permissionRow(other).policies ?? '').includes(word)
        assert.equal(asked(bookOf([row('app', [word])]), app, other) === 'access policy', expected, `${word}: ${other}`)
      }
    }
  })

  test('all of a kind never includes purge, nor another kind', () => {
    const all = bookOf([row('app', ['keys all'])])
    assert.equal(asked(all, app, 'key.sign'), 'access policy')
    assert.equal(asked(all, app, 'key.purge'), 'no-access-policy')
    assert.equal(asked(bookOf([row('app', ['secrets all'])]), app, 'key.sign'), 'no-access-policy')
  })

  test('where several words do, each of them does', () => {
    assert.deepEqual(wordsGiving('certificates getissuers manageissuers'), [
      'certificates getissuers',
      'certificates manageissuers',
      'certificates all',
    ])
    assert.deepEqual(wordsGiving('secrets purge'), ['secrets purge'])
  })

  test('a group opens for its members, and the refusal of who is in groups tells their number', () => {
    const countsAs: CountsAs = who => (who.id === 'app' ? ['app', 'g1', 'g2'] : [who.id])
    const book = bookOf([row('g2', ['keys list'])], countsAs)
    assert.equal(asked(book, app, 'key.list'), 'access policy of group g2')
    assert.equal(asked(book, user, 'key.list'), 'no-access-policy')
    const access = createAccess([book], countsAs)
    const who = { source: { requestId: 'r', plane: 'p' }, at: millis(0), decidedAt: seq(0), operation: 'o', resource: 'r', who: app }
    assert.throws(
      () => access.permit(beginCall({ ...who, keepsake: keepsake() }), 'key.sign', { on: vault }),
      (error: unknown) => error instanceof Problem && error.body.code === 'AccessDenied' && error.body.details.groups === 2,
    )
  })

  test('a compound identity counts only for its application, acting for a user', () => {
    const book = bookOf([row('user', ['keys sign'], { applicationId: 'client' }), row('app', ['keys sign'], { applicationId: 'client' })])
    assert.equal(asked(book, user, 'key.sign'), 'access policy through application client')
    assert.equal(asked(book, { ...user, appId: 'other' }, 'key.sign'), 'access-policy-needs-its-application')
    assert.equal(asked(book, app, 'key.sign'), 'access-policy-needs-its-application', 'an application that acts for itself')
    assert.equal(asked(book, user, 'key.list'), 'no-access-policy')
  })

  test('a row of another tenant gives nothing', () => {
    assert.equal(asked(bookOf([row('app', ['keys all'], { tenantId: 'other' })]), app, 'key.sign'), 'no-access-policy')
  })

  test('rule the data plane alone', () => {
    assert.equal(asked(bookOf([row('app', ['keys all'])]), app, 'vault.read'), undefined)
  })
})
