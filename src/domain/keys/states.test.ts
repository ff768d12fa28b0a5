import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { millis } from '#model/brands.ts'
import type { KeyVersion } from './records.ts'
import { assertUsable, keyUse, type KeyUse } from './states.ts'
import { refusedWith } from './testing.ts'

const version = (changes: Partial<KeyVersion> = {}): KeyVersion => ({
  id: 'f'.repeat(32),
  spec: 'RSA-2048',
  hsm: false,
  module: 'software',
  origin: 'generated',
  keyOps: ['encrypt', 'decrypt', 'sign', 'verify', 'wrapKey', 'unwrapKey'],
  enabled: true,
  createdAt: 0,
  updatedAt: 0,
  publicKey: '',
  ...changes,
})

const protecting: readonly KeyUse[] = ['encrypt', 'wrapKey', 'sign']
const processing: readonly KeyUse[] = ['decrypt', 'unwrapKey', 'verify']
const windowed = version({ notBefore: 10_000, expires: 20_000 })

describe('state of a key version', () => {
  for (const [at, state] of [
    [9_999, 'notYetValid'],
    [10_000, 'usable'],
    [19_999, 'usable'],
    [20_000, 'expired'],
  ] as const) {
    test(`at ${at} of a window from 10,000 to 20,000 it is ${state}`, () => {
      assert.equal(keyUse(windowed, millis(at)).state, state)
    })
  }

  test('outside its window it processes and does not protect', () => {
    for (const [at, code] of [
      [9_999, 'KeyNotYetValid'],
      [20_000, 'KeyExpired'],
    ] as const) {
      for (const operation of protecting)
        assert.throws(() => assertUsable(windowed, operation, millis(at)), refusedWith(code, { operation }))
      for (const operation of processing) assertUsable(windowed, operation, millis(at))
    }
  })

  test('disabled it does nothing, whatever its window says', () => {
    const disabled = version({ enabled: false, expires: 1 })
    for (const operation of [...protecting, ...processing])
      assert.throws(() => assertUsable(disabled, operation, millis(5)), refusedWith('KeyDisabled', { operation }))
    assert.deepEqual(keyUse(disabled, millis(5)), { state: 'disabled', protect: false, process: false })
  })

  test('key_ops are the only things that it does', () => {
    for (const allowed of [...protecting, ...processing]) {
      for (const operation of [...protecting, ...processing]) {
        const use = () => assertUsable(version({ keyOps: [allowed] }), operation, millis(0))
        if (operation === allowed) use()
        else assert.throws(use, refusedWith('KeyOperationForbidden', { operation }))
      }
    }
  })

  test('an empty list of operations allows nothing', () => {
    assert.throws(() => assertUsable(version({ keyOps: [] }), 'verify', millis(0)), refusedWith('KeyOperationForbidden'))
  })
})
