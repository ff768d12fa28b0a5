// Our own reader of disks against our own program of the disks, whose wire is proved by unmodified clients elsewhere.
import assert from 'node:assert/strict'
import { createServer, type Socket } from 'node:net'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { nbdReader } from '#adapters/nbd-client/nbd-client.ts'
import { runningPlane } from './disk-plane.ts'

const mebi = 1024 * 1024

describe('the reader of disks', () => {
  test('reads holes as zeroes, in any order, and finds the size', async t => {
    const { plane, disk } = runningPlane(t)
    await disk('one', 64)
    const open = await nbdReader(async () => plane.socket()).open('one')
    assert.equal(open.sizeBytes, 64 * mebi)
    for (const offset of [63 * mebi, 0, 512]) assert.deepEqual(await open.read(offset, mebi / 2), Buffer.alloc(mebi / 2))
    open.close()
  })

  test('is refused what nobody opened, and rejects reads behind the end', async t => {
    const { plane, disk } = runningPlane(t)
    const reader = nbdReader(async () => plane.socket())
    await assert.rejects(reader.open('nobody'), /refused: no such export/)
    await disk('one', 1)
    const open = await reader.open('one')
    await assert.rejects(open.read(mebi, 512), /cannot be read: error 22/)
    open.close()
  })

  test('rejects at the next read when the key is lost, and reads on when it is back', async t => {
    const { plane, disk, suspend, resume } = runningPlane(t)
    await disk('one', 1)
    const reader = nbdReader(async () => plane.socket())
    const open = await reader.open('one')
    await open.read(0, 512)
    suspend()
    await assert.rejects(open.read(0, 512), /cannot be read: error 5/)
    resume()
    assert.equal((await open.read(0, 512)).length, 512)
    open.close()
  })

  const greeting = Buffer.from('4e42444d414749434948415645 4f5054 0003'.replaceAll(' ', ''), 'hex')
  const liars: Readonly<Record<string, readonly [Buffer, RegExp]>> = {
    'closes at once': [Buffer.alloc(0), /connection to the disks ended/],
    'is none': [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), /no NBD server/],
    'answers something else than what was asked': [Buffer.concat([greeting, Buffer.alloc(20)]), /no reply to the option/],
    'ends in the middle of a reply': [Buffer.concat([greeting, Buffer.alloc(7)]), /connection to the disks ended/],
  }
  for (const [what, [bytes, words]] of Object.entries(liars))
    test(`rejects a server that ${what}`, async t => {
      const folder = mkdtempSync(join(tmpdir(), 'liar-'))
      const server = createServer((socket: Socket) => {
        socket.on('error', () => undefined).resume()
        socket.end(bytes)
      }).listen(join(folder, 's'))
      await once(server, 'listening')
      t.after(() => {
        server.close()
        rmSync(folder, { recursive: true })
      })
      await assert.rejects(nbdReader(async () => join(folder, 's')).open('one'), words)
    })
})
