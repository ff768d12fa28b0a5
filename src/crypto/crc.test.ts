import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { crcs, type CrcName } from './crc.ts'

const names = ['crc32', 'crc32c', 'crc64nvme'] as const
const digits = Buffer.from('123456789')
function of(name: CrcName, ...pieces: readonly Uint8Array[]): string {
  const running = crcs[name].start()
  for (const piece of pieces) running.update(piece)
  return running.digest().toHex()
}

test('each has the check value of its definition over the digits 1 to 9', () => {
  assert.deepEqual(
    names.map(name => of(name, digits)),
    ['cbf43926', 'e3069283', 'ae8b14860a799888'],
  )
  assert.deepEqual(
    names.map(name => of(name)),
    ['00000000', '00000000', '0000000000000000'],
  )
  // RFC 3720 B.4: 32 bytes of zero, and of ones.
  assert.equal(of('crc32c', Buffer.alloc(32)), '8a9136aa')
  assert.equal(of('crc32c', Buffer.alloc(32, 0xff)), '62a8ab43')
})

test('the pieces do not matter, nor where they begin in memory', () => {
  const bytes = randomBytes(10_000)
  for (const name of names)
    for (const cut of [0, 1, 7, 8, 9, 4_999])
      assert.equal(of(name, bytes.subarray(0, cut), bytes.subarray(cut)), of(name, Buffer.concat([bytes])), `${name} cut at ${cut}`)
})

test('of two runs joined it is that of the whole', () => {
  for (const name of names)
    for (const [one, two] of [
      [0, 9],
      [9, 0],
      [1, 1],
      [4_096, 12_345],
      [5, 1 << 20],
    ] as const) {
      const [first, second] = [randomBytes(one), randomBytes(two)]
      const joined = crcs[name].joined(Uint8Array.fromHex(of(name, first)), Uint8Array.fromHex(of(name, second)), second.length)
      assert.equal(joined.toHex(), of(name, first, second), `${name} of ${one} and ${two}`)
    }
})
