// Sectors that the native module reads and writes itself are what the same cipher makes of bytes that others read and write.
import assert from 'node:assert/strict'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fallbackSectorCipher } from './fallback-mathematics.ts'
import { loadNative } from './native.ts'

const native = loadNative()
const dek = (): Uint8Array => Uint8Array.from({ length: 64 }, (_, at) => at * 3)
using probe = native.openSectorCipher(dek())
const built = probe.readFile !== undefined || process.env['CI'] === 'true'
const skip = built ? false : `the native module is missing or older: ${native.reason ?? 'npm run install'}`
const position = 8192

function fileOf(t: TestContext, bytes: Uint8Array, flags: string): { readonly fd: number; readonly path: string; readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'sectors-'))
  const path = join(folder, 'f')
  writeFileSync(path, bytes)
  const fd = openSync(path, flags)
  t.after(() => {
    closeSync(fd)
    rmSync(folder, { recursive: true })
  })
  return { fd, path, folder }
}

const opened = () => {
  const cipher = native.openSectorCipher(dek())
  const { readFile, writeFile } = cipher
  assert(readFile !== undefined && writeFile !== undefined, 'the module reads and writes files')
  return { cipher, readFile, writeFile, [Symbol.dispose]: () => cipher[Symbol.dispose]() }
}

// 700 KiB and a sector: several pieces and a rest.
for (const sectors of [1, 8, 1401]) {
  test(`${sectors.toString()} sectors of a file: written as the other cipher encrypts them, and read back`, { skip }, t => {
    const plain = Uint8Array.from({ length: sectors * 512 }, (_, at) => (at * 7 + (at >> 9)) & 0xff)
    const { fd, path } = fileOf(t, new Uint8Array(position), 'r+')
    using files = opened()
    const place = { fd, position, firstSector: 2 ** 40 + 5 }
    files.writeFile(place, Uint8Array.from(plain))
    const expected = Uint8Array.from(plain)
    using other = fallbackSectorCipher(dek())
    other.encrypt(place.firstSector, expected)
    assert.deepEqual(new Uint8Array(readFileSync(path).subarray(position)), expected)
    const into = new Uint8Array(plain.length)
    files.readFile(place, into)
    assert.deepEqual(into, plain)
  })
}

test('a file that ends before, or that may not be written, is an I/O error by its code', { skip }, t => {
  const { fd } = fileOf(t, new Uint8Array(position + 1023), 'r')
  using files = opened()
  const place = { fd, position, firstSector: 0 }
  files.readFile(place, new Uint8Array(512))
  assert.throws(() => files.readFile(place, new Uint8Array(1024)), { code: 'EIO' })
  assert.throws(() => files.writeFile(place, new Uint8Array(512)), { code: 'EIO' })
})

test('a full medium is told apart', { skip: process.platform === 'linux' ? skip : 'there is no /dev/full' }, t => {
  const fd = openSync('/dev/full', 'r+')
  t.after(() => {
    closeSync(fd)
  })
  using files = opened()
  assert.throws(() => files.writeFile({ fd, position, firstSector: 0 }, new Uint8Array(512)), { code: 'ENOSPC' })
})

test('parts of sectors, impossible places and a closed cipher are refused', { skip }, t => {
  const { fd } = fileOf(t, new Uint8Array(position + 512), 'r+')
  const files = opened()
  const place = { fd, position, firstSector: 0 }
  assert.throws(() => files.readFile(place, new Uint8Array(511)))
  for (const wrong of [{ fd: -1 }, { position: -1 }, { firstSector: -1 }, { firstSector: 0.5 }])
    assert.throws(() => files.readFile({ ...place, ...wrong }, new Uint8Array(512)))
  files[Symbol.dispose]()
  assert.throws(() => files.readFile(place, new Uint8Array(512)), /closed/)
  assert.throws(() => files.writeFile(place, new Uint8Array(512)), /closed/)
})

test('with more room for sending, the kernel takes more of what nobody reads', { skip }, async t => {
  const { folder } = fileOf(t, new Uint8Array(), 'r')
  const taken = async (prepare: (socket: Socket) => void): Promise<number> => {
    const server = createServer()
    server.listen(join(folder, 's'))
    await once(server, 'listening')
    const client = connect(join(folder, 's')).pause()
    const [socket] = (await once(server, 'connection')) as [Socket]
    prepare(socket)
    let sent = 0
    while (socket.writableLength === 0 && sent < 64) {
      socket.write(Buffer.alloc(16 * 1024))
      sent += 1
    }
    client.destroy()
    socket.destroy()
    server.close()
    return sent
  }
  const usual = await taken(() => undefined)
  const more = await taken(socket => {
    native.setSendRoom(socket, 1024 * 1024)
  })
  assert.ok(more > usual, `${more.toString()} pieces instead of ${usual.toString()}`)
})
