import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'

// The smallest client that says anything, right or wrong, and reads what comes. For tests.

export interface OptionReply {
  readonly option: number
  readonly type: number
  readonly data: Buffer
}

export interface Reply {
  readonly error: number
  readonly data: Buffer
}

export interface ReplyChunk {
  readonly done: boolean
  readonly type: number
  readonly payload: Buffer
}

export const u16 = (value: number): Buffer => Buffer.from(Uint8Array.of(value >> 8, value & 0xff))
export const u32 = (value: number): Buffer =>
  Buffer.from(Uint8Array.of(value >>> 24, (value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff))
export const u64 = (value: bigint | number): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}
export const counted = (text: string | Buffer): Buffer => Buffer.concat([u32(Buffer.byteLength(text)), Buffer.from(text)])

export class TestClient {
  readonly #socket: Socket
  #have: Buffer[] = []
  #size = 0
  #ended = false
  #cookie = 0n

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (bytes: Buffer) => {
      this.#have.push(bytes)
      this.#size += bytes.length
      socket.emit('moved')
    })
    socket.on('error', () => undefined)
    for (const over of ['end', 'close'])
      socket.on(over, () => {
        this.#ended = true
        socket.emit('moved')
      })
    // It keeps its end until it is told: a server must not wait for that. Only an answer that is waited for keeps the process running.
    socket.unref()
  }

  /** Connects and reads the greeting; answers it with `flags` unless they are left out. */
  static async connect(path: string, flags?: number): Promise<TestClient> {
    const socket = connect({ path, allowHalfOpen: true })
    await once(socket, 'connect')
    const client = new TestClient(socket)
    if (flags === undefined) return client
    await client.take(18)
    client.send(u32(flags))
    return client
  }

  send(...parts: readonly Uint8Array[]): void {
    this.#socket.write(Buffer.concat(parts))
  }

  async take(length: number): Promise<Buffer> {
    while (this.#size < length) {
      if (this.#ended) throw new Error(`closed with ${this.#size.toString()} bytes of ${length.toString()}`)
      await this.#moved()
    }
    const all = Buffer.concat(this.#have)
    this.#have = [all.subarray(length)]
    this.#size -= length
    return all.subarray(0, length)
  }

  async #moved(): Promise<void> {
    this.#socket.ref()
    await once(this.#socket, 'moved')
    this.#socket.unref()
  }

  /** Bytes that came before the server closed. */
  async untilClosed(): Promise<Buffer> {
    while (!this.#ended) await this.#moved()
    return Buffer.concat(this.#have)
  }

  close(): void {
    this.#socket.destroy()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** Sends no more, and goes on reading. */
  finish(): void {
    this.#socket.end()
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  sendOption(option: number, data: Uint8Array = Buffer.alloc(0)): void {
    this.send(Buffer.from('IHAVEOPT'), u32(option), u32(data.length), data)
  }

  async optionReply(): Promise<OptionReply> {
    const header = await this.take(20)
    if (header.readBigUInt64BE(0) !== 0x3e889045565a9n) throw new Error('not an option reply')
    return { option: header.readUInt32BE(8), type: header.readUInt32BE(12), data: await this.take(header.readUInt32BE(16)) }
  }

  /** Replies up to the acknowledgement or the error. */
  async ask(option: number, data?: Uint8Array): Promise<readonly OptionReply[]> {
    this.sendOption(option, data)
    const replies: OptionReply[] = []
    for (;;) {
      const reply = await this.optionReply()
      replies.push(reply)
      if (reply.type === 1 || reply.type >= 0x8000_0000) return replies
    }
  }

  /** Sends a request and answers its cookie. */
  request(
    type: number,
    at: { readonly offset: number | bigint; readonly length: number; readonly flags?: number; readonly data?: Uint8Array },
  ): bigint {
    this.#cookie += 1n
    const cookie = 0xfeed_0000_0000_0000n | this.#cookie
    this.send(u32(0x2560_9513), u16(at.flags ?? 0), u16(type), u64(cookie), u64(at.offset), u32(at.length), at.data ?? Buffer.alloc(0))
    return cookie
  }

  /** The simple reply to a request; a read's data with it. */
  async simple(cookie: bigint, dataBytes = 0): Promise<Reply> {
    const header = await this.take(16)
    if (header.readUInt32BE(0) !== 0x6744_6698) throw new Error('not a simple reply')
    if (header.readBigUInt64BE(8) !== cookie) throw new Error('the reply to another request')
    const error = header.readUInt32BE(4)
    return { error, data: error === 0 ? await this.take(dataBytes) : Buffer.alloc(0) }
  }

  /** The chunks of a structured reply. */
  async chunks(cookie: bigint): Promise<readonly ReplyChunk[]> {
    const chunks: ReplyChunk[] = []
    for (;;) {
      const header = await this.take(20)
      if (header.readUInt32BE(0) !== 0x668e_33ef) throw new Error('not a structured reply')
      if (header.readBigUInt64BE(8) !== cookie) throw new Error('the reply to another request')
      const payload = await this.take(header.readUInt32BE(16))
      const chunk = { done: (header.readUInt16BE(4) & 1) === 1, type: header.readUInt16BE(6), payload: Buffer.from(payload) }
      chunks.push(chunk)
      if (chunk.done) return chunks
    }
  }

  async write(offset: number, data: Uint8Array, flags = 0): Promise<number> {
    return (await this.simple(this.request(1, { offset, length: data.length, flags, data }))).error
  }

  async read(offset: number, length: number): Promise<Reply> {
    return this.simple(this.request(0, { offset, length }), length)
  }
}
