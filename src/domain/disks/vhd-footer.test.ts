import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { footerBytes, vhdFooter } from './vhd-footer.ts'

const gib = 1024 ** 3
const disk = { sizeBytes: gib, createdAt: 1_800_000_000_000, uniqueId: '01234567-89ab-4cde-8f01-23456789abcd' }
const viewOf = (footer: Uint8Array): DataView => new DataView(footer.buffer, footer.byteOffset, footer.length)

/** The checksum as the specification's pseudo code counts it. */
function checksum(footer: Uint8Array): number {
  let sum = 0
  for (const [at, byte] of footer.entries()) if (at < 64 || at >= 68) sum += byte
  return ~sum >>> 0
}

describe('the footer of a fixed VHD', () => {
  test('has every field where the specification has it', () => {
    const footer = vhdFooter(disk)
    const view = viewOf(footer)
    assert.equal(footer.length, footerBytes)
    assert.equal(new TextDecoder().decode(footer.subarray(0, 8)), 'conectix')
    assert.deepEqual([view.getUint32(8), view.getUint32(12), view.getBigUint64(16)], [2, 0x10000, 2n ** 64n - 1n])
    assert.equal(view.getUint32(24), (disk.createdAt - Date.UTC(2000, 0, 1)) / 1_000)
    assert.deepEqual([view.getBigUint64(40), view.getBigUint64(48)], [BigInt(gib), BigInt(gib)])
    assert.equal(view.getUint32(60), 2, 'fixed')
    assert.equal(footer.subarray(68, 84).toHex(), disk.uniqueId.replaceAll('-', ''))
    assert.equal(view.getUint32(64), checksum(footer))
    assert(footer.subarray(84).every(byte => byte === 0))
  })

  test('tells a geometry of the appendix: what fits, the steps between, the largest that there is', () => {
    const geometries: readonly (readonly [sizeBytes: number, geometry: readonly [number, number, number]])[] = [
      [512, [0, 4, 17]],
      [64 * 1024 ** 2, [963, 8, 17]],
      [gib, [2080, 16, 63]],
      [8 * gib, [16644, 16, 63]],
      [32 * gib, [16448, 16, 255]],
      [32 * 1024 * gib, [65535, 16, 255]],
    ]
    for (const [sizeBytes, geometry] of geometries) {
      const view = viewOf(vhdFooter({ ...disk, sizeBytes }))
      assert.deepEqual([view.getUint16(56), view.getUint8(58), view.getUint8(59)], geometry, `${sizeBytes}`)
      assert.equal(view.getBigUint64(48), BigInt(sizeBytes), 'the size itself is exact')
    }
  })

  test('is the same for the same disk, and another for another', () => {
    assert.deepEqual(vhdFooter(disk), vhdFooter({ ...disk }))
    assert.notDeepEqual(vhdFooter(disk), vhdFooter({ ...disk, uniqueId: '01234567-89ab-4cde-8f01-23456789abce' }))
  })
})
