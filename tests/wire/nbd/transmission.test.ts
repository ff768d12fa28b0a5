import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { millis } from '#model/brands.ts'
import { u16, u32, u64 } from './client.ts'
import { bench, diskSize } from './bench.ts'

const command = { read: 0, write: 1, disconnect: 2, flush: 3, trim: 4, cache: 5, writeZeroes: 6, blockStatus: 7 }
const flag = { fua: 1, noHole: 2, doNotFragment: 4, onlyOne: 8, fastZero: 16 }
const error = { none: 0, EPERM: 1, EIO: 5, EINVAL: 22, ENOSPC: 28, EOVERFLOW: 75, ENOTSUP: 95 }
const mebibyte = 1024 * 1024

describe('NBD transmission, simple replies', () => {
  test('what was written is read, at any whole sector, and the rest is zeroes', async t => {
    const client = await (await bench(t)).go()
    const data = randomBytes(5 * mebibyte)
    const offset = 4 * mebibyte - 1536
    assert.equal(await client.write(offset, data), 0)
    assert.deepEqual((await client.read(offset, data.length)).data, data)
    assert.deepEqual((await client.read(offset + 512, 512)).data, data.subarray(512, 1024))
    assert.ok((await client.read(0, offset)).data.every(byte => byte === 0))
  })

  test('what is at rest is ciphertext', async t => {
    const { go, folder } = await bench(t)
    const client = await go()
    await client.write(0, Buffer.alloc(8192, 'plaintext '), flag.fua)
    const file = readFileSync(`${folder}/disks/disk-1/0.chunk`)
    assert.equal(file.includes('plaintext'), false)
    assert.notDeepEqual(file.subarray(8192, 8704), file.subarray(8704, 9216), 'equal sectors do not look equal')
    assert.notDeepEqual(file.subarray(8192, 8704), Buffer.alloc(512))
  })

  test('32 MiB travel in one request, and a byte more does not', async t => {
    const client = await (await bench(t)).go()
    const data = randomBytes(32 * mebibyte)
    assert.equal(await client.write(0, data), 0)
    assert.ok((await client.read(0, data.length)).data.equals(data))
    assert.equal((await client.read(0, 32 * mebibyte + 512)).error, error.EINVAL)
    assert.equal(await client.write(0, Buffer.alloc(32 * mebibyte + 512)), error.EINVAL, 'its data is read past')
    assert.deepEqual((await client.read(0, 512)).data, data.subarray(0, 512), 'and written nowhere')
  })

  test('refuses what is out of order with the error the specification names, and goes on', async t => {
    const client = await (await bench(t)).go()
    const end = diskSize
    const cases: readonly (readonly [
      what: string,
      type: number,
      at: { offset: number | bigint; length: number; flags?: number; data?: Uint8Array },
      error: number,
    ])[] = [
      ['read at the end', command.read, { offset: end, length: 512 }, error.EINVAL],
      ['read over the end', command.read, { offset: end - 512, length: 1024 }, error.EINVAL],
      ['read beyond 2^62', command.read, { offset: 1n << 62n, length: 512 }, error.EINVAL],
      ['read at the last sector of 64 bits', command.read, { offset: (1n << 64n) - 512n, length: 512 }, error.EINVAL],
      ['read of nothing', command.read, { offset: 0, length: 0 }, error.EINVAL],
      ['read of less than a sector', command.read, { offset: 0, length: 511 }, error.EINVAL],
      ['read between sectors', command.read, { offset: 256, length: 512 }, error.EINVAL],
      ['write over the end', command.write, { offset: end - 512, length: 1024, data: Buffer.alloc(1024) }, error.ENOSPC],
      ['write between sectors', command.write, { offset: 5000, length: 9, data: Buffer.from('odd bytes') }, error.EINVAL],
      ['write of nothing', command.write, { offset: 0, length: 0 }, error.EINVAL],
      ['trim over the end', command.trim, { offset: end, length: 512 }, error.EINVAL],
      ['zeroes over the end', command.writeZeroes, { offset: end, length: 512 }, error.ENOSPC],
      ['flush with a range', command.flush, { offset: 0, length: 512 }, error.EINVAL],
      ['cache', command.cache, { offset: 0, length: 512 }, error.EINVAL],
      ['resize', 8, { offset: 0, length: 0 }, error.EINVAL],
      ['an unknown command', 200, { offset: 0, length: 0 }, error.EINVAL],
      ['block status without a context', command.blockStatus, { offset: 0, length: 512 }, error.EINVAL],
      ['an unknown flag', command.read, { offset: 0, length: 512, flags: 1 << 9 }, error.EINVAL],
      ['NO_HOLE on a read', command.read, { offset: 0, length: 512, flags: flag.noHole }, error.EINVAL],
      ['DF without structured replies', command.read, { offset: 0, length: 512, flags: flag.doNotFragment }, error.EINVAL],
      ['REQ_ONE on a write', command.write, { offset: 0, length: 512, flags: flag.onlyOne, data: Buffer.alloc(512) }, error.EINVAL],
      ['fast zeroes that are no hole', command.writeZeroes, { offset: 0, length: 512, flags: flag.noHole | flag.fastZero }, error.ENOTSUP],
      ['32 MiB and more of written zeroes', command.writeZeroes, { offset: 0, length: 33 * mebibyte, flags: flag.noHole }, error.EOVERFLOW],
    ]
    await client.write(0, Buffer.alloc(8192, 1))
    for (const [what, type, at, expected] of cases) assert.equal((await client.simple(client.request(type, at))).error, expected, what)
    assert.deepEqual((await client.read(0, 8192)).data, Buffer.alloc(8192, 1))
  })

  test('FUA is accepted on every command', async t => {
    const client = await (await bench(t)).go()
    assert.equal(await client.write(0, Buffer.alloc(512, 1), flag.fua), 0)
    const at = { offset: 0, length: 512, flags: flag.fua }
    for (const type of [command.trim, command.writeZeroes]) assert.equal((await client.simple(client.request(type, at))).error, 0)
    assert.equal((await client.simple(client.request(command.read, at), 512)).error, 0)
    assert.equal((await client.simple(client.request(command.flush, { offset: 0, length: 0, flags: flag.fua }))).error, 0)
  })

  test('zeroes and trims read as zeroes and leave their neighbours alone; an empty chunk is no file', async t => {
    const { go, folder } = await bench(t)
    const client = await go()
    const data = randomBytes(65_536)
    await client.write(mebibyte, data)
    await client.simple(client.request(command.writeZeroes, { offset: mebibyte + 4096, length: 8192 }))
    await client.simple(client.request(command.writeZeroes, { offset: mebibyte + 16_384, length: 512, flags: flag.noHole }))
    await client.simple(client.request(command.trim, { offset: mebibyte + 32_768, length: 4096 }))
    data.fill(0, 4096, 12_288).fill(0, 16_384, 16_896).fill(0, 32_768, 36_864)
    assert.deepEqual((await client.read(mebibyte, 65_536)).data, data)
    await client.simple(client.request(command.trim, { offset: 0, length: diskSize, flags: flag.fua }))
    assert.deepEqual(readdirSync(`${folder}/disks/disk-1`), ['list'])
  })

  test('a read-only disk refuses every change with EPERM', async t => {
    const made = await bench(t)
    made.changes = () => ({ readOnly: true })
    const client = await made.go()
    assert.equal(await client.write(0, Buffer.alloc(512)), error.EPERM)
    for (const type of [command.trim, command.writeZeroes]) {
      assert.equal((await client.simple(client.request(type, { offset: 0, length: 512 }))).error, error.EPERM)
    }
    assert.equal((await client.read(0, 512)).error, 0)
  })

  test('a request that arrives in pieces, or many in one, is served in order of arrival', async t => {
    const client = await (await bench(t)).go()
    const data = randomBytes(1024)
    for (const byte of Buffer.concat([u32(0x2560_9513), u16(0), u16(1), u64(7), u64(512), u32(1024), data])) {
      client.send(Uint8Array.of(byte))
      if (byte % 8 === 0) await new Promise(setImmediate)
    }
    assert.equal((await client.simple(7n)).error, 0)
    const cookies = Array.from({ length: 500 }, (_, at) => client.request(command.read, { offset: (at % 3) * 512, length: 512 }))
    for (const [at, cookie] of cookies.entries()) {
      const expected = at % 3 === 0 ? Buffer.alloc(512) : data.subarray(((at % 3) - 1) * 512, (at % 3) * 512)
      assert.deepEqual((await client.simple(cookie, 512)).data, expected)
    }
  })

  test('a client that asks for more than it reads waits, and gets all of it', async t => {
    const client = await (await bench(t)).go()
    const data = randomBytes(mebibyte)
    await client.write(0, data)
    client.pause()
    const cookies = Array.from({ length: 48 }, () => client.request(command.read, { offset: 0, length: mebibyte }))
    await new Promise(resolve => setTimeout(resolve, 20))
    client.resume()
    for (const cookie of cookies) assert.ok((await client.simple(cookie, mebibyte)).data.equals(data))
  })

  test('DISC gives the disk back though the client keeps its end of the connection', async t => {
    const made = await bench(t)
    const client = await made.go()
    client.request(command.disconnect, { offset: 0, length: 0 })
    while (!made.heard.includes('closed')) await new Promise(setImmediate)
    assert.equal((await client.untilClosed()).length, 0)
  })

  test('DISC answers what is outstanding and closes; a wrong magic closes', async t => {
    const made = await bench(t)
    const client = await made.go()
    const write = client.request(command.write, { offset: 0, length: 512, flags: flag.fua, data: Buffer.alloc(512, 3) })
    client.request(command.disconnect, { offset: 0, length: 0 })
    assert.equal((await client.simple(write)).error, 0)
    assert.equal((await client.untilClosed()).length, 0)
    const other = await made.go()
    other.send(Buffer.alloc(28, 0x11))
    assert.equal((await other.untilClosed()).length, 0)
    assert.deepEqual((await (await made.go()).read(0, 512)).data, Buffer.alloc(512, 3))
  })

  test('what is damaged at rest is an I/O error and no more than that', async t => {
    const made = await bench(t)
    const client = await made.go()
    made.changes = () => {
      made.lease.confirm(millis(made.time))
      return { layers: [{ dekId: '2'.repeat(32), dek: randomBytes(64), cipher: 'aes-256-xts' }] }
    }
    made.lease.suspend()
    await assert.rejects(made.go(), /another shape/, 'a disk that is open is not opened under other keys')
    await client.write(0, Buffer.alloc(512, 1), flag.fua)
    client.close()
    while (made.heard.at(-1) !== 'closed') await new Promise(setImmediate)
    const underOtherKeys = await made.go()
    for (let again = 0; again < 3; again++) assert.equal((await underOtherKeys.read(0, 512)).error, error.EIO)
    assert.equal((await underOtherKeys.read(8 * mebibyte, 512)).error, 0)
    assert.equal(made.failures.length, 1, 'logged once')
  })
})

describe('NBD transmission, structured replies', () => {
  test('a read is answered in data and holes that cover it', async t => {
    const client = await (await bench(t)).go({ structured: true })
    await client.write(8192, Buffer.alloc(4096, 5))
    await client.write(16_384, Buffer.alloc(512, 6))
    const chunks = await client.chunks(client.request(command.read, { offset: 0, length: 32_768 }))
    assert.deepEqual(
      chunks.map(({ type, done, payload }) => [
        type,
        done,
        Number(payload.readBigUInt64BE(0)),
        type === 2 ? payload.readUInt32BE(8) : payload.length - 8,
      ]),
      [
        [2, false, 0, 8192],
        [1, false, 8192, 4096],
        [2, false, 12_288, 4096],
        [1, false, 16_384, 512],
        [2, true, 16_896, 15_872],
      ],
    )
    assert.deepEqual(chunks[1]!.payload.subarray(8), Buffer.alloc(4096, 5))
  })

  test('holes shorter than a page travel as zeroes, and with DF everything does', async t => {
    const client = await (await bench(t)).go({ structured: true })
    await client.write(0, Buffer.alloc(512, 5))
    await client.write(1024, Buffer.alloc(512, 5))
    const [whole, ...none] = await client.chunks(client.request(command.read, { offset: 0, length: 1536 }))
    const expected = Buffer.concat([Buffer.alloc(512, 5), Buffer.alloc(512), Buffer.alloc(512, 5)])
    assert.deepEqual([none.length, whole!.type, whole!.payload.subarray(8)], [0, 1, expected])
    const [one, ...more] = await client.chunks(client.request(command.read, { offset: 0, length: mebibyte, flags: flag.doNotFragment }))
    assert.deepEqual([more.length, one!.type, one!.payload.length], [0, 1, mebibyte + 8])
  })

  test('the error of a read is an error chunk, even for bad flags; other commands answer simply', async t => {
    const client = await (await bench(t)).go({ structured: true })
    for (const at of [
      { offset: 1, length: 512 },
      { offset: 0, length: 512, flags: flag.noHole },
    ]) {
      const [only, ...none] = await client.chunks(client.request(command.read, at))
      assert.deepEqual([none.length, only!.type, only!.done, only!.payload], [0, 0x8001, true, Buffer.concat([u32(error.EINVAL), u16(0)])])
    }
    assert.equal(await client.write(1, Buffer.alloc(512)), error.EINVAL)
  })

  test('block status says what is a hole of zeroes, one extent with REQ_ONE and none longer than asked', async t => {
    const client = await (await bench(t)).go({ structured: true, context: true })
    await client.write(4096, Buffer.alloc(4 * mebibyte))
    const status = async (offset: number, length: number, flags = 0) => {
      const [only, ...none] = await client.chunks(client.request(command.blockStatus, { offset, length, flags }))
      assert.deepEqual([none.length, only!.type, only!.done, only!.payload.readUInt32BE(0)], [0, 5, true, 1])
      return Array.from({ length: (only!.payload.length - 4) / 8 }, (_, at) => [
        only!.payload.readUInt32BE(4 + at * 8),
        only!.payload.readUInt32BE(8 + at * 8),
      ])
    }
    assert.deepEqual(await status(0, diskSize), [
      [4096, 3],
      [4 * mebibyte, 0],
      [diskSize - 4 * mebibyte - 4096, 3],
    ])
    assert.deepEqual(await status(0, diskSize, flag.onlyOne), [[4096, 3]])
    assert.deepEqual(await status(8192, 512, flag.onlyOne), [[512, 0]])
    const [refused] = await client.chunks(client.request(command.blockStatus, { offset: diskSize, length: 512 }))
    assert.deepEqual([refused!.type, refused!.payload.readUInt32BE(0)], [0x8001, error.EINVAL])
  })
})

describe('NBD under a key lease', () => {
  test('a suspended key stops every command on the open connection with EIO and a confirmation resumes it', async t => {
    const made = await bench(t)
    const client = await made.go()
    const structured = await made.go({ structured: true, context: true })
    await client.write(0, Buffer.alloc(512, 1))
    made.lease.suspend()
    assert.equal(await client.write(0, Buffer.alloc(512, 2)), error.EIO)
    assert.equal((await client.read(0, 512)).error, error.EIO)
    for (const type of [command.trim, command.writeZeroes])
      assert.equal((await client.simple(client.request(type, { offset: 0, length: 512 }))).error, error.EIO)
    assert.equal((await client.simple(client.request(command.flush, { offset: 0, length: 0 }))).error, error.EIO)
    for (const type of [command.read, command.blockStatus]) {
      const [only] = await structured.chunks(structured.request(type, { offset: 0, length: 512 }))
      assert.deepEqual([only!.type, only!.payload.readUInt32BE(0)], [0x8001, error.EIO])
    }
    made.disks.tick()
    made.disks.tick()
    made.lease.confirm(millis(made.time))
    made.disks.tick()
    assert.deepEqual((await client.read(0, 512)).data, Buffer.alloc(512, 1))
    assert.deepEqual(made.heard.slice(-2), ['suspended', 'resumed'], 'each is reported once')
  })

  test('a control plane that falls silent stops I/O after 5 s, costs the DEKs after 30 s, and one that returns opens anew, unasked', async t => {
    const made = await bench(t)
    const client = await made.go()
    await client.write(0, Buffer.alloc(512, 1))
    made.time += 5_000
    assert.equal((await client.read(0, 512)).error, error.EIO)
    made.time += 25_000
    made.disks.tick()
    made.lease.confirm(millis(made.time))
    assert.equal((await client.read(0, 512)).error, error.EIO, 'confirmed, but the keys are gone')
    made.refuse = 'policy'
    made.disks.tick()
    await new Promise(setImmediate)
    assert.equal((await client.read(0, 512)).error, error.EIO)
    made.refuse = undefined
    made.disks.tick()
    assert.equal((await client.read(0, 512)).error, error.EIO, 'what was refused is not asked for at every look')
    made.time += 500
    made.disks.tick()
    await new Promise(setImmediate)
    assert.deepEqual((await client.read(0, 512)).data, Buffer.alloc(512, 1))
    assert.deepEqual(made.heard, ['open negotiation', 'suspended', 'resumed', 'open reopen', 'open reopen'])
  })

  test('a second connection joins the first without another opening, shares its disk, and a flush on one covers the other', async t => {
    const made = await bench(t)
    const [one, two] = await Promise.all([made.go(), made.go()])
    await one.write(0, Buffer.alloc(512, 1))
    assert.deepEqual((await two.read(0, 512)).data, Buffer.alloc(512, 1))
    assert.equal((await two.simple(two.request(command.flush, { offset: 0, length: 0 }))).error, 0)
    assert.deepEqual(readdirSync(`${made.folder}/disks/disk-1`).toSorted(), ['0.chunk', 'list'], 'durable under its own name')
    assert.deepEqual(made.heard, ['open negotiation'])
    one.close()
    assert.equal((await two.read(0, 512)).error, 0)
  })

  test('where the lease is not usable a further connection is asked for like the first, and refused with it', async t => {
    const made = await bench(t)
    await made.go()
    made.lease.suspend()
    made.refuse = 'policy'
    await assert.rejects(made.go(), /GO was refused/)
    made.lease.confirm(millis(made.time))
    await made.go()
    assert.deepEqual(made.heard, ['open negotiation', 'open negotiation'])
  })

  test('what the key lost, or the disk was deleted, while its opening was on the way is not served', async t => {
    const made = await bench(t)
    made.changes = () => {
      made.lease.revoke()
      return {}
    }
    await assert.rejects(made.go(), /GO was refused: the key is not usable/)
    assert.deepEqual(made.heard, ['open negotiation', 'closed'])
    assert.ok(!existsSync(`${made.folder}/disks/disk-1`), 'no folder is made for it')
  })

  test('a disk that has grown while its keys were gone is as large as its clients were told, until they come again', async t => {
    const made = await bench(t)
    const client = await made.go()
    made.time += 30_000
    made.disks.tick()
    made.changes = () => ({ sizeBytes: 2 * diskSize })
    made.lease.confirm(millis(made.time))
    made.disks.tick()
    while ((await client.read(0, 512)).error !== 0) await turn()
    assert.equal((await client.read(diskSize, 512)).error, error.EINVAL)
    client.close()
    while (!made.heard.includes('closed')) await turn()
    assert.equal((await (await made.go()).read(diskSize, 512)).error, 0)
    assert.deepEqual(made.heard, ['open negotiation', 'suspended', 'resumed', 'open reopen', 'closed', 'open negotiation'])
  })

  test('removing a disk closes it under whoever opened it meanwhile, and leaves nothing', async t => {
    const made = await bench(t)
    const client = await made.go()
    await client.write(0, Buffer.alloc(512, 1))
    client.close()
    const late = made.go().catch(() => undefined)
    await made.disks.remove('disk-1')
    assert.ok(!existsSync(`${made.folder}/disks/disk-1`))
    await (await late)?.untilClosed()
  })

  test('closing an export drops its connections, makes its bytes durable and forgets its keys', async t => {
    const made = await bench(t)
    const client = await made.go()
    await client.write(0, Buffer.alloc(512, 1))
    await made.disks.close('a-name-that-nobody-guesses', 'detached')
    assert.deepEqual(readdirSync(`${made.folder}/disks/disk-1`).toSorted(), ['0.chunk', 'list'])
    await client.untilClosed()
    assert.deepEqual(made.heard, ['open negotiation', 'closed'])
    assert.deepEqual((await (await made.go()).read(0, 512)).data, Buffer.alloc(512, 1))
  })
})
