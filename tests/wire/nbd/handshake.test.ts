import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { describe, test } from 'node:test'
import { counted, TestClient, u16, u32 } from './client.ts'
import { connectionsMax } from '#protocols/nbd/server.ts'
import { bench, diskSize, exportName } from './bench.ts'

const infoOf = (name: string, ...infos: readonly number[]): Buffer =>
  Buffer.concat([counted(name), u16(infos.length), ...infos.map(info => u16(info))])
const metaOf = (name: string, ...queries: readonly string[]): Buffer =>
  Buffer.concat([counted(name), u32(queries.length), ...queries.map(query => counted(query))])

const [ack, info, metaContext] = [1, 3, 4]
const failed = { unsupported: 0x8000_0001, policy: 0x8000_0002, invalid: 0x8000_0003, unknown: 0x8000_0006, tooBig: 0x8000_0009 }
/** HAS_FLAGS, FLUSH, FUA, TRIM, WRITE_ZEROES, CAN_MULTI_CONN, FAST_ZERO. */
const flags = 0b1001_0110_1101

describe('NBD handshake', () => {
  test('greets as fixed newstyle with NO_ZEROES, on a socket that only its owner can open', async t => {
    const { path } = await bench(t)
    const client = await TestClient.connect(path)
    assert.deepEqual(await client.take(18), Buffer.concat([Buffer.from('NBDMAGICIHAVEOPT'), u16(3)]))
    assert.equal(statSync(path).mode & 0o777, 0o600)
  })

  test('closes on client flags it does not know', async t => {
    const { path } = await bench(t)
    const client = await TestClient.connect(path, 4)
    assert.equal((await client.untilClosed()).length, 0)
  })

  test('GO answers size, flags and block sizes, then serves', async t => {
    const { path } = await bench(t)
    const client = await TestClient.connect(path, 3)
    const replies = await client.ask(7, infoOf(exportName, 3, 1, 2, 999))
    assert.deepEqual(
      replies.map(({ type }) => type),
      [info, info, info, ack],
    )
    const [about, name, sizes] = replies.map(({ data }) => data)
    assert.deepEqual([about!.readUInt16BE(0), about!.readBigUInt64BE(2), about!.readUInt16BE(10)], [0, BigInt(diskSize), flags])
    assert.equal(name!.toString('utf8', 2), exportName)
    assert.deepEqual([sizes!.readUInt16BE(0), ...[2, 6, 10].map(at => sizes!.readUInt32BE(at))], [3, 512, 4096, 33_554_432])
    assert.equal((await client.read(0, 512)).error, 0)
  })

  test('EXPORT_NAME answers ten bytes, and 124 zeroes more where NO_ZEROES was not agreed', async t => {
    const { path } = await bench(t)
    for (const [agreed, length] of [
      [3, 10],
      [1, 134],
      [0, 134],
    ] as const) {
      const client = await TestClient.connect(path, agreed)
      client.sendOption(1, Buffer.from(exportName))
      const reply = await client.take(length)
      assert.deepEqual([reply.readBigUInt64BE(0), reply.readUInt16BE(8)], [BigInt(diskSize), flags])
      assert.ok(reply.subarray(10).every(byte => byte === 0))
      assert.equal((await client.read(0, 512)).error, 0, 'and nothing else came')
      client.close()
    }
  })

  test('EXPORT_NAME has no errors: an unknown or malformed name ends the session', async t => {
    const { path } = await bench(t)
    for (const name of [Buffer.from('another'), Buffer.from([0xff, 0xfe]), Buffer.alloc(5000, 'a')]) {
      const client = await TestClient.connect(path, 3)
      client.sendOption(1, name)
      assert.equal((await client.untilClosed()).length, 0)
    }
  })

  test('unknown and refused names are answered and the haggling goes on', async t => {
    const made = await bench(t)
    const client = await TestClient.connect(made.path, 3)
    const type = async (name: string) => (await client.ask(7, infoOf(name)))[0]!.type
    assert.equal(await type('another'), failed.unknown)
    assert.equal(await type(''), failed.unknown, 'there is no default export')
    made.refuse = 'policy'
    assert.equal(await type(exportName), failed.policy)
    made.refuse = 'unavailable'
    assert.equal(await type(exportName), failed.policy)
    made.refuse = undefined
    assert.equal((await client.ask(7, infoOf(exportName))).at(-1)!.type, ack)
  })

  test('INFO tells what GO tells, without transmission, and asks the control plane once for both', async t => {
    const { path, heard } = await bench(t)
    const client = await TestClient.connect(path, 3)
    const first = await client.ask(6, infoOf(exportName, 3))
    const second = await client.ask(7, infoOf(exportName, 3))
    assert.deepEqual(
      first.map(({ type, data }) => [type, data]),
      second.map(({ type, data }) => [type, data]),
    )
    assert.deepEqual(heard, ['open negotiation'])
  })

  test('an export that only INFO has opened is given back with the connection', async t => {
    const { path, heard } = await bench(t)
    const client = await TestClient.connect(path, 3)
    await client.ask(6, infoOf(exportName))
    await client.ask(2)
    await client.untilClosed()
    while (heard.length < 2) await new Promise(setImmediate)
    assert.deepEqual(heard, ['open negotiation', 'closed'])
  })

  test('GO is refused for what INFO has opened when the key was lost in between', async t => {
    const made = await bench(t)
    const client = await TestClient.connect(made.path, 3)
    await client.ask(6, infoOf(exportName))
    made.lease.suspend()
    made.refuse = 'policy'
    assert.equal((await client.ask(7, infoOf(exportName))).at(-1)!.type, failed.policy)
  })

  test('a session that ends is closed though the client keeps its end, and clients that leave among nonsense take no room', async t => {
    const { path, go } = await bench(t)
    const kept = await TestClient.connect(path, 3)
    await kept.ask(2)
    await kept.untilClosed()
    for (let client = 0; client < connectionsMax; client++) {
      const nonsense = await TestClient.connect(path, 3)
      nonsense.send(Buffer.alloc(70_000, 7))
      nonsense.finish()
      await nonsense.untilClosed()
      nonsense.close()
    }
    assert.equal((await (await go()).read(0, 512)).error, 0)
  })

  test('LIST tells what was exported, until it is known no more', async t => {
    const made = await bench(t)
    const client = await TestClient.connect(made.path, 3)
    const names = async (): Promise<readonly string[]> => {
      const replies = await client.ask(3)
      assert.equal(replies.at(-1)!.type, ack)
      assert(replies.slice(0, -1).every(({ type }) => type === 2))
      return replies.slice(0, -1).map(({ data }) => data.toString('utf8', 4, 4 + data.readUInt32BE(0)))
    }
    assert.deepEqual(await names(), [])
    made.offer(exportName)
    made.offer('gone')
    assert.deepEqual(await names(), [exportName, 'gone'])
    assert.equal((await client.ask(6, infoOf('gone'))).at(-1)!.type, failed.unknown)
    assert.deepEqual(await names(), [exportName])
  })

  test('options that carry what they must not, or are cut, are INVALID; what is unknown is UNSUP; TLS is refused by policy', async t => {
    const { path } = await bench(t)
    const client = await TestClient.connect(path, 3)
    const one = async (option: number, data?: Buffer) => (await client.ask(option, data)).at(-1)!.type
    for (const option of [3, 5, 8]) assert.equal(await one(option, Buffer.from('x')), failed.invalid)
    assert.equal(await one(5), failed.policy)
    for (const option of [0, 4, 11, 12, 0xffff_ffff]) assert.equal(await one(option, Buffer.from('data')), failed.unsupported)
    assert.equal(await one(7, Buffer.concat([infoOf(exportName), u16(0)])), failed.invalid, 'bytes left over')
    assert.equal(await one(7, infoOf(exportName).subarray(0, -1)), failed.invalid)
    assert.equal(await one(7, infoOf('nul\0')), failed.invalid)
    assert.equal(await one(7, infoOf('n'.repeat(4097))), failed.invalid)
    assert.equal(await one(6, Buffer.alloc(100_000)), failed.tooBig)
    assert.equal(await one(10, metaOf(exportName, 'base:allocation')), failed.invalid, 'structured replies come first')
    assert.equal(await one(8), ack)
    assert.equal(await one(10, metaOf(exportName, 'no colon')), failed.invalid)
    assert.equal(await one(10, Buffer.concat([counted(exportName), u32(0xffff_ffff)])), failed.invalid)
    assert.equal(await one(7, infoOf(exportName)), ack)
  })

  test('a wrong option magic, or 16 MiB of data, ends the session', async t => {
    const { path } = await bench(t)
    for (const bytes of [
      Buffer.from('IHAVEOPTx'.slice(1) + '12345678'),
      Buffer.concat([Buffer.from('IHAVEOPT'), u32(6), u32(0xffff_fff0)]),
    ]) {
      const client = await TestClient.connect(path, 3)
      client.send(bytes)
      assert.equal((await client.untilClosed()).length, 0)
    }
  })

  test('base:allocation is listed, selected, and forgotten with the next selection', async t => {
    const { path } = await bench(t)
    const client = await TestClient.connect(path, 3)
    await client.ask(8)
    const contexts = async (option: number, ...queries: readonly string[]) =>
      (await client.ask(option, metaOf(exportName, ...queries)))
        .filter(({ type }) => type === metaContext)
        .map(({ data }) => data.toString('utf8', 4))
    assert.deepEqual(await contexts(9), ['base:allocation'])
    assert.deepEqual(await contexts(9, 'base:', 'base:allocation'), ['base:allocation'])
    assert.deepEqual(await contexts(9, 'qemu:dirty-bitmap:x'), [])
    assert.deepEqual(await contexts(10, 'base:'), [], 'a wildcard selects nothing')
    assert.deepEqual(await contexts(10, 'x-other:y', 'base:allocation'), ['base:allocation'])
    assert.deepEqual(await contexts(10), [])
    await client.ask(7, infoOf(exportName))
    const [error] = await client.chunks(client.request(7, { offset: 0, length: 512 }))
    assert.deepEqual([error!.type, error!.payload.readUInt32BE(0)], [0x8001, 22])
  })

  test('an export that is not there has no contexts: UNKNOWN, and what was selected before is forgotten', async t => {
    const { path } = await bench(t)
    const client = await TestClient.connect(path, 3)
    await client.ask(8)
    assert.equal((await client.ask(10, metaOf(exportName, 'base:allocation'))).at(-1)!.type, ack)
    for (const option of [9, 10])
      assert.deepEqual(
        (await client.ask(option, metaOf('another', 'base:allocation'))).map(({ type }) => type),
        [failed.unknown],
      )
    await client.ask(7, infoOf(exportName))
    assert.equal((await client.chunks(client.request(7, { offset: 0, length: 512 })))[0]!.type, 0x8001)
  })

  test('bytes that arrive one by one make the same session', async t => {
    const { path } = await bench(t)
    const client = await TestClient.connect(path, 3)
    const option = infoOf(exportName)
    for (const byte of Buffer.concat([Buffer.from('IHAVEOPT'), u32(7), u32(option.length), option])) {
      client.send(Uint8Array.of(byte))
      await new Promise(setImmediate)
    }
    assert.equal((await client.optionReply()).type, info)
  })
})
