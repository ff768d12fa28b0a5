import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { inspect } from 'node:util'
import * as fc from 'fast-check'
import { bench, diskSize, exportName } from './bench.ts'
import { counted, TestClient, u16, u32, type ReplyChunk } from './client.ts'

// What no client sends, in numbers: the server answers as the specification says or closes, and serves the next one.

const mebibyte = 1024 * 1024
const command = { read: 0, write: 1, flush: 3, trim: 4, writeZeroes: 6, blockStatus: 7 }
const error = { none: 0, EINVAL: 22, ENOSPC: 28, EOVERFLOW: 75, ENOTSUP: 95 }

describe('NBD handshake, fuzzed', () => {
  const name = fc.constantFrom(exportName, '', 'another', 'n'.repeat(4097), 'nul\0')
  const count = fc.constantFrom(0, 1, 2, 0xffff)
  const info = fc
    .tuple(name, count, fc.array(fc.nat(0xffff), { maxLength: 3 }))
    .map(([text, told, infos]) => Buffer.concat([counted(text), u16(told), ...infos.map(u16)]))
  const query = fc.constantFrom('base:allocation', 'base:', 'x-y:z', 'none', ':', '')
  const meta = fc
    .tuple(name, fc.constantFrom(0, 1, 2, 0xffff_ffff), fc.array(query, { maxLength: 3 }))
    .map(([text, told, queries]) => Buffer.concat([counted(text), u32(told), ...queries.map(counted)]))
  const data = fc.oneof(
    fc.constant(Buffer.alloc(0)),
    info,
    meta,
    fc.uint8Array({ maxLength: 40 }).map(bytes => Buffer.from(bytes)),
  )
  // Without the two that lead on to transmission: what comes then are no replies to options.
  const code = fc.oneof(fc.constantFrom(3, 5, 6, 8, 9, 10), fc.constantFrom(0, 4, 11, 12, 0xffff_ffff))
  const option = fc
    .tuple(code, data, fc.constantFrom(0, 0, 0, 1, 70_000, 0xffff_ffff))
    .map(([number, bytes, more]) => Buffer.concat([Buffer.from('IHAVEOPT'), u32(number), u32((bytes.length + more) >>> 0), bytes]))
  const noise = fc.uint8Array({ maxLength: 64 }).map(bytes => Buffer.from(bytes))
  const session = fc.array(fc.oneof({ weight: 8, arbitrary: option }, { weight: 1, arbitrary: noise }), { maxLength: 8 })

  test('every option is answered or the session ends, and the next client is served', async t => {
    const made = await bench(t)
    await fc.assert(
      fc.asyncProperty(session, fc.nat(0xffff), async (parts, cut) => {
        const bytes = Buffer.concat(parts)
        const client = await TestClient.connect(made.path, 3)
        const at = bytes.length === 0 ? 0 : cut % bytes.length
        client.send(bytes.subarray(0, at))
        await new Promise(setImmediate)
        client.send(bytes.subarray(at))
        client.finish()
        assertReplies(await client.untilClosed())
        client.close()
      }),
      { numRuns: 300, endOnFailure: true },
    )
    assert.equal((await (await made.go()).read(0, 512)).error, 0)
    assert.deepEqual(made.failures, [])
  })

  function assertReplies(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      assert.equal(bytes.readBigUInt64BE(at), 0x3e889045565a9n)
      const type = bytes.readUInt32BE(at + 12)
      assert.ok([1, 3, 4].includes(type) || [1, 2, 3, 6, 9].includes(type - 0x8000_0000), type.toString(16))
      at += 20 + bytes.readUInt32BE(at + 16)
      assert.ok(at <= bytes.length, 'a reply is whole')
    }
  }
})

interface Asked {
  readonly type: number
  readonly flags: number
  readonly offset: number | bigint
  readonly length: number
}

describe('NBD transmission, fuzzed', () => {
  const near = fc.constantFrom(0, 512, 4096, 4 * mebibyte - 1024, 4 * mebibyte, 8 * mebibyte, diskSize - 4096, diskSize - 512, diskSize)
  const offset = fc.oneof(
    { weight: 8, arbitrary: near },
    { weight: 2, arbitrary: fc.tuple(near, fc.constantFrom(1, 256, -512)).map(([base, by]) => Math.max(0, base + by)) },
    { weight: 1, arbitrary: fc.constantFrom(1n << 53n, (1n << 64n) - 512n, 1n << 63n) },
  )
  const length = fc.constantFrom(0, 1, 511, 512, 512, 1024, 4096, 4096, 8192, 65_536, 128 * 1024)
  const long = fc.constantFrom(512, 4096, 33 * mebibyte, 64 * mebibyte, 0xffff_fe00, 0xffff_ffff)
  const flags = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(0, 1) },
    { weight: 1, arbitrary: fc.nat(0xffff) },
    fc.constantFrom(2, 4, 8, 16, 18),
  )
  const ofData = fc.record({ type: fc.constantFrom(command.read, command.write), flags, offset, length })
  const ofRange = fc.record({
    type: fc.constantFrom(command.trim, command.writeZeroes, command.blockStatus),
    flags,
    offset,
    length: fc.oneof(length, long),
  })
  const ofNothing = fc.record({
    type: fc.oneof(fc.constant(command.flush), fc.constantFrom(5, 8, 200, 0xffff)),
    flags,
    offset: fc.constantFrom(0, 0, 512),
    length: fc.constantFrom(0, 0, 512),
  })
  const requests: fc.Arbitrary<readonly Asked[]> = fc.array(fc.oneof(ofData, ofRange, ofNothing), { minLength: 1, maxLength: 24 })

  /** What the specification names; "Error values", "Command flags", "Size constraints". */
  function expected({ type, flags: flag, offset: at, length: bytes }: Asked, structured: boolean): number {
    const valid =
      new Map([
        [command.read, structured ? 5 : 1],
        [command.write, 1],
        [command.flush, 1],
        [command.trim, 1],
        [command.writeZeroes, 19],
        [command.blockStatus, structured ? 9 : -1],
      ]).get(type) ?? -1
    if (valid < 0 || (flag & ~valid) !== 0) return error.EINVAL
    if (type === command.flush) return at === 0 && bytes === 0 ? error.none : error.EINVAL
    if (bytes === 0 || BigInt(at) % 512n !== 0n || bytes % 512 !== 0) return error.EINVAL
    if (BigInt(at) + BigInt(bytes) > BigInt(diskSize))
      return type === command.write || type === command.writeZeroes ? error.ENOSPC : error.EINVAL
    if (type !== command.writeZeroes || (flag & 2) === 0) return error.none
    return (flag & 16) !== 0 ? error.ENOTSUP : bytes > 32 * mebibyte ? error.EOVERFLOW : error.none
  }

  interface Wanted {
    readonly one: Asked
    readonly error: number
    /** The range as the request finds it. */
    readonly before: Buffer
  }

  for (const structured of [false, true])
    test(`every request is answered as the specification says and the bytes are right: ${structured ? 'structured' : 'simple'} replies`, async t => {
      const made = await bench(t)
      const disk = Buffer.alloc(diskSize)
      const client = await made.go({ structured, context: structured })
      let byte = 0
      function ask(one: Asked): readonly [bigint, Wanted] {
        byte = (byte + 1) & 0xff
        const wanted = expected(one, structured)
        const range = disk.subarray(Number(one.offset), Number(one.offset) + one.length)
        const before = one.type === command.read || one.type === command.blockStatus ? Buffer.from(range) : range
        const data = one.type === command.write ? { data: Buffer.alloc(one.length, byte) } : {}
        const changed = wanted === error.none && [command.write, command.trim, command.writeZeroes].includes(one.type)
        if (changed) range.fill(one.type === command.write ? byte : 0)
        return [client.request(one.type, { ...one, ...data }), { one, error: wanted, before }]
      }
      await fc.assert(
        fc.asyncProperty(requests, async asked => {
          // What is flushed is answered when it is durable, others meanwhile: a cookie says whose the reply is.
          for (const open = new Map(asked.map(ask)); open.size > 0;) {
            const cookie = await hear(client, open)
            assert.ok(open.delete(cookie), 'one reply a request')
          }
        }),
        { numRuns: 60, endOnFailure: true },
      )
      assert.deepEqual(made.failures, [])
    })

  async function hear(client: TestClient, open: ReadonlyMap<bigint, Wanted>): Promise<bigint> {
    const magic = (await client.take(4)).readUInt32BE()
    const head = await client.take(magic === 0x6744_6698 ? 12 : 16)
    const cookie = head.readBigUInt64BE(4)
    const wanted = open.get(cookie)
    assert.ok(wanted !== undefined)
    if (magic === 0x6744_6698) {
      assert.equal(head.readUInt32BE(), wanted.error, inspect(wanted.one))
      if (wanted.error === error.none && wanted.one.type === command.read)
        assert.ok((await client.take(wanted.one.length)).equals(wanted.before))
      return cookie
    }
    const first = {
      done: (head.readUInt16BE() & 1) === 1,
      type: head.readUInt16BE(2),
      payload: Buffer.from(await client.take(head.readUInt32BE(12))),
    }
    assertChunks(first.done ? [first] : [first, ...(await client.chunks(cookie))], wanted)
    return cookie
  }

  function assertChunks(chunks: readonly ReplyChunk[], { one, error: wanted, before: range }: Wanted): void {
    if (wanted !== error.none) {
      assert.deepEqual(
        chunks.map(({ type, payload }) => [type, payload.readUInt32BE(0)]),
        [[0x8001, wanted]],
      )
      return
    }
    if (one.type === command.blockStatus) return assertStatus(chunks, one, range)
    let at = Number(one.offset)
    if ((one.flags & 4) !== 0)
      assert.deepEqual(
        chunks.map(({ type }) => type),
        [1],
      )
    for (const { type, payload } of chunks) {
      assert.equal(payload.readBigUInt64BE(0), BigInt(at), 'in order, without a gap')
      const size = type === 2 ? payload.readUInt32BE(8) : payload.length - 8
      const from = at - Number(one.offset)
      const part = range.subarray(from, from + size)
      assert.ok(type === 2 ? part.every(byte => byte === 0) : payload.subarray(8).equals(part))
      at += size
    }
    assert.equal(at, Number(one.offset) + one.length)
  }

  function assertStatus(chunks: readonly ReplyChunk[], one: Asked, range: Buffer): void {
    assert.equal(chunks.length, 1)
    const payload = chunks[0]!.payload
    if ((one.flags & 8) !== 0) assert.equal(payload.length, 12)
    let at = 0
    for (let extent = 4; extent < payload.length; extent += 8) {
      const size = payload.readUInt32BE(extent)
      assert.ok(size > 0)
      if (payload.readUInt32BE(extent + 4) === 3)
        assert.ok(
          range.subarray(at, at + size).every(byte => byte === 0),
          'a hole reads as zeroes',
        )
      at += size
    }
    assert.ok(at <= one.length)
  }
})
