import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { testGround } from '#domain/testing.ts'
import { system } from '#model/principal.ts'
import { note } from './note.ts'

describe('a note in the audit', () => {
  test('is durable when it resolves, and names who, what and which', async () => {
    const { context, rows } = await testGround()
    await note(context, { operation: 'SealAddBegin', resource: '/seals/1', details: { seal: 'passphrase' } })
    await note(context, { operation: 'InstanceStart', resource: '/seals/1', details: {}, who: system })
    const seen = rows().map(({ operation, resourceId, plane, details, actor, decision, result }) => {
      return [operation, resourceId, plane, details, actor, decision, result]
    })
    assert.deepEqual(seen, [
      [
        'SealAddBegin',
        '/seals/1',
        'admin',
        { seal: 'passphrase' },
        { kind: 'instance', oid: 'operator' },
        { allow: true, appliedSeq: 0, by: 'admin-socket' },
        { http: 200 },
      ],
      [
        'InstanceStart',
        '/seals/1',
        'instance',
        undefined,
        { kind: 'system', oid: 'system' },
        { allow: true, appliedSeq: 0, by: 'start' },
        { http: 200 },
      ],
    ])
  })

  test('that cannot be written is no success', async () => {
    const { context } = await testGround()
    const full = { ...context.ground, committer: { commit: async () => [{ done: false as const, reserved: true as const }] } }
    await assert.rejects(note({ ground: full }, { operation: 'SealAddBegin', resource: '/seals/1', details: {} }), /could not be entered/)
  })
})
