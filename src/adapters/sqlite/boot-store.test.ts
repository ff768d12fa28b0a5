import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { sealed } from '#model/brands.ts'
import type { SealEnvelope } from '#ports/record-store.ts'
import { openBootStore } from './boot-store.ts'
import { openDatabase } from './open.ts'

const marker = 'the envelope of a seal that goes '.repeat(8)

const envelope = (sealId: string, text: string): SealEnvelope => ({
  sealId,
  kind: 'key-file',
  params: {},
  rootEpoch: 1,
  wrapped: sealed(Buffer.from(text)),
})

describe('an envelope that was taken away', () => {
  test('is nowhere in the live store, neither in its pages nor in its log, while others have it open', () => {
    const folder = mkdtempSync(join(tmpdir(), 'keystead-boot-store-'))
    try {
      const file = join(folder, 'keystead.db')
      using boot = openBootStore(file)
      using other = openDatabase(file)
      const holds = (): boolean => readdirSync(folder).some(name => readFileSync(join(folder, name)).includes(marker))
      boot.writeBoot({ envelopes: [envelope('a', marker), envelope('b', 'another')] })
      assert(holds(), 'control: it was there')
      boot.writeBoot({ envelopes: [envelope('b', 'another')] })
      assert(!holds())
      assert.deepEqual(
        boot.envelopes().map(({ sealId }) => sealId),
        ['b'],
      )
      other.exec('BEGIN IMMEDIATE; COMMIT')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('is gone for who reads, and the change stands, where a reader holds the log', () => {
    const folder = mkdtempSync(join(tmpdir(), 'keystead-boot-store-'))
    try {
      const file = join(folder, 'keystead.db')
      using boot = openBootStore(file, { lockTimeoutMs: 10 })
      boot.writeBoot({ envelopes: [envelope('a', marker), envelope('b', 'another')] })
      using reader = openDatabase(file, { readOnly: true })
      reader.exec('BEGIN; SELECT count(*) FROM seal_envelope')
      boot.writeBoot({ envelopes: [envelope('b', 'another')] })
      assert.equal(boot.envelopes().length, 1)
      reader.exec('COMMIT')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
