import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { tarEnd, tarEntries, tarHeader, tarPadding } from './tar.ts'

const archived = (files: readonly (readonly [string, Uint8Array])[]): Buffer =>
  Buffer.concat([...files.flatMap(([name, bytes]) => [tarHeader({ name, size: bytes.length }), bytes, tarPadding(bytes.length)]), tarEnd])

async function* inPieces(bytes: Buffer, length: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += length) yield bytes.subarray(from, from + length)
}

async function read(bytes: Buffer, length: number): Promise<readonly (readonly [string, Buffer])[]> {
  const found: (readonly [string, Buffer])[] = []
  for await (const { name, body } of tarEntries(inPieces(bytes, length))) found.push([name, Buffer.concat(await Array.fromAsync(body))])
  return found
}

describe('an archive', () => {
  test('is read as it was written, in whatever pieces it comes', async () => {
    const file = fc.tuple(fc.stringMatching(/^[a-z0-9/.]{1,40}$/), fc.uint8Array({ maxLength: 2_000 }))
    await fc.assert(
      fc.asyncProperty(fc.array(file, { maxLength: 5 }), fc.integer({ min: 1, max: 1_500 }), async (files, length) => {
        assert.deepEqual(
          await read(archived(files), length),
          files.map(([name, bytes]) => [name, Buffer.from(bytes)]),
        )
      }),
      { numRuns: 40 },
    )
  })

  test('is what tar takes apart, and what tar has made is read', async t => {
    const folder = mkdtempSync(join(tmpdir(), 'keystead-tar-'))
    t.after(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'a.tar'), archived([['one/two', Buffer.from('hello')]]))
    execFileSync('tar', ['-xf', 'a.tar'], { cwd: folder })
    assert.equal(readFileSync(join(folder, 'one', 'two'), 'utf8'), 'hello')
    execFileSync('tar', ['--format=ustar', '-cf', 'b.tar', 'one/two'], { cwd: folder })
    assert.deepEqual(await read(readFileSync(join(folder, 'b.tar')), 512), [['one/two', Buffer.from('hello')]])
  })

  test('sizes of 8 GiB and more are written so that tar reads them', async () => {
    const size = 9 * 2 ** 30
    const entries = tarEntries(inPieces(Buffer.from(tarHeader({ name: 'large', size })), 512))
    const first = await entries.next()
    assert(first.done !== true)
    assert.deepEqual([first.value.name, first.value.size], ['large', size])
  })

  test('what is cut short, damaged or no file is refused', async () => {
    const whole = archived([['a', Buffer.alloc(700, 1)]])
    await assert.rejects(read(whole.subarray(0, 1_000), 512), /cut short/)
    await assert.rejects(read(whole.subarray(0, 1_600), 512), /cut short/)
    const flipped = Buffer.from(whole)
    flipped.writeUInt8(flipped.readUInt8(0) ^ 1, 0)
    await assert.rejects(read(flipped, 512), /does not check/)
    assert.throws(() => tarHeader({ name: 'x'.repeat(101), size: 0 }), /too long/)
  })
})
