import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { mutationId, recordIdOf, sealed } from '#model/brands.ts'
import { decodeBatch, encodeBatch } from './batch.ts'
import { namedRecords, namedWrites } from './named-writes.ts'
import { parseRow } from './parse-row.ts'
import { type AuditEntry, rowText } from './row.ts'

/** RFC 8785 in general: members sorted by UTF-16 code units, ECMAScript's own number and string forms. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return `{${members
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`)
    .join(',')}}`
}

const text = fc.string({ unit: 'binary', maxLength: 2_000 })
const entries: fc.Arbitrary<AuditEntry> = fc.record(
  {
    at: fc.integer({ min: 0, max: 4_102_444_800_000 }),
    actor: fc.record(
      { kind: fc.constant('user'), oid: text, appid: text, tenant: text, credentialId: text, authMethod: fc.constant('secret') },
      { requiredKeys: ['kind'] },
    ),
    boot: fc.uuid(),
    correlationId: text,
    decision: fc.record({ allow: fc.boolean(), appliedSeq: fc.nat(), by: text, because: text }, { requiredKeys: ['allow', 'appliedSeq'] }),
    details: fc.dictionary(fc.stringMatching(/^[A-Za-z_$][A-Za-z0-9_$.-]{0,19}$/), text, { maxKeys: 5, noNullPrototype: true }),
    durationMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
    node: fc.nat(),
    operation: fc.constant('KeySign'),
    plane: fc.constant('data'),
    requestId: fc.uuid(),
    resourceId: text,
    result: fc.record({ http: fc.nat(), code: fc.constant('Forbidden') }, { requiredKeys: ['http'] }),
    sourceIp: fc.ipV6(),
    trail: fc.record({
      recipient: fc.constant('111122223333'),
      facts: fc.record(
        {
          region: fc.constant('eu-central-1'),
          readOnly: fc.boolean(),
          parameters: fc.dictionary(
            fc.oneof(text, fc.nat().map(String)),
            fc.oneof(text, fc.boolean(), fc.integer(), fc.array(text, { maxLength: 2 })),
            {
              maxKeys: 5,
              noNullPrototype: true,
            },
          ),
          errorMessage: text,
          resources: fc.array(fc.record({ account: text, arn: text }), { maxLength: 2 }),
        },
        { requiredKeys: ['region', 'readOnly', 'resources'] },
      ),
    }),
    target: fc.record({ keyId: text, version: text, algorithm: text }, { requiredKeys: [] }),
    userAgent: text,
    writes: fc.array(fc.tuple(fc.uuid(), fc.nat())),
  },
  {
    requiredKeys: ['at', 'actor', 'boot', 'decision', 'durationMs', 'node', 'operation', 'plane', 'requestId', 'resourceId', 'result'],
  },
)

const entry: AuditEntry = {
  at: 1_800_000_000_123,
  actor: { kind: 'anonymous' },
  boot: 'b',
  decision: { allow: false, appliedSeq: 3, because: 'not-asked' },
  durationMs: 1.4,
  node: 1,
  operation: 'KeySign',
  plane: 'data',
  requestId: 'r',
  resourceId: '/vaults/kv1/keys/k1',
  result: { http: 401, code: 'Unauthorized' },
}

describe('an audit row', () => {
  test('is canonical JSON (RFC 8785) whatever it is made of', () => {
    fc.assert(
      fc.property(entries, one => {
        const row = rowText(one)
        assert.equal(row, canonical(JSON.parse(row)))
        assert(row.isWellFormed() && !row.includes('\\ud8'))
      }),
    )
  })

  test('says exactly what the reference lists', () => {
    assert.equal(
      rowText(entry),
      '{"actor":{"kind":"anonymous"},"at":"2027-01-15T08:00:00.123Z","boot":"b","decision":{"allow":false,"appliedSeq":3,"because":"not-asked"},' +
        '"durationMs":1,"node":1,"operation":"KeySign","plane":"data","requestId":"r","resourceId":"/vaults/kv1/keys/k1",' +
        '"result":{"code":"Unauthorized","http":401},"v":1}',
    )
  })

  test('is read back with the number that the writer gave it', () => {
    assert.equal(parseRow({ seq: 8113, text: rowText(entry) }).seq, 8113)
    assert.throws(() => parseRow({ seq: 1, text: '{"v":2}' }))
  })

  test('caps what comes from outside', () => {
    const long = rowText({ ...entry, userAgent: 'x'.repeat(5_000), resourceId: 'y'.repeat(5_000), details: { z: 'z'.repeat(5_000) } })
    assert(long.length < 3_000)
    assert(!long.includes('x'.repeat(257)))
  })
})

describe('a batch of rows', () => {
  test('comes back as it was, and a byte more or less is refused', () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(text), (at, texts) => {
        const entriesOf = texts.map((one, n) => ({ salt: new Uint8Array(16).fill(n), text: one.toWellFormed() }))
        const bytes = encodeBatch(at, entriesOf)
        const back = decodeBatch(7, bytes)
        assert.equal(back.at, at)
        assert.deepEqual(
          back.entries.map(one => [one.seq, one.salt[0], one.text]),
          entriesOf.map((one, n) => [7 + n, one.salt[0], one.text]),
        )
        assert.throws(() => decodeBatch(7, Buffer.concat([bytes, Buffer.alloc(1)])))
        assert.throws(() => decodeBatch(7, bytes.subarray(0, -1)))
      }),
    )
  })
})

describe('named writes', () => {
  const id = recordIdOf('ab'.repeat(48))
  const version = 'c'.repeat(32)
  const row = { id, kind: 1, version: 3, term: 1, body: sealed(new Uint8Array(1)), parent: id, tags: [] }

  test('name records, material and compartments', () => {
    assert.deepEqual(
      namedWrites([
        { put: row, expected: 2 },
        { material: { id, version }, wrapped: { term: 1, bytes: sealed(new Uint8Array(1)) } },
        { remove: id, expected: 3 },
        { removeMaterial: id },
        { removePlaces: [{ id, version }] },
      ]),
      [
        [id, 3],
        [`${id}/${version}`, 1],
        [id, 0],
        [`${id}/`, 0],
        [`${id}/${version}`, 0],
      ],
    )
    assert.equal(mutationId('0'.repeat(32)).length, 32)
  })

  test('leave what must be there now', () => {
    const records = namedRecords()
    records.add(1, [
      [id, 1],
      [`${id}/${version}`, 1],
    ])
    records.add(2, [[id, 2]])
    assert.deepEqual(records.get(id), { version: 2, materials: new Set([version]), seq: 2 })
    records.add(3, [[id, 0]])
    assert.deepEqual(records.get(id), { materials: new Set([version]), seq: 3 })
    records.add(3, [
      [`${id}/other`, 1],
      [`${id}/${version}`, 0],
    ])
    assert.deepEqual(records.get(id)?.materials, new Set(['other']))
    records.add(4, [[`${id}/`, 0]])
    assert.deepEqual([...records.ids()], [])
    records.add(5, [
      [id, 1],
      [id.slice(0, 32), 0],
    ])
    assert.deepEqual([...records.ids()], [])
  })
})
