import type { Socket } from 'node:net'
import type { BlockDevice, Extent } from '#domain/disks/block-device.ts'
import { bufferPool } from './buffer-pool.ts'
import type { BufferPool } from './buffer-pool.ts'
import { contextId } from './handshake.ts'
import type { Negotiated } from './handshake.ts'
import { errorOf } from './problems.ts'
import type { ErrorName } from './problems.ts'
import { replyRead } from './read-reply.ts'
import { replyBlockStatus, replyError, replySimple } from './replies.ts'
import { replyQueue } from './reply-queue.ts'
import type { ReplyQueue } from './reply-queue.ts'
import { parseRequest, refusal, requestBytes } from './request.ts'
import type { Request, Terms } from './request.ts'
import { commandFlags, commands, magics } from './wire.ts'

/** Extents of one block status: what a client has not got it asks next ("NBD_CMD_BLOCK_STATUS"). */
const statusExtentsMax = 16 * 1024
const statusRangeMax = 1024 * 1024 * 1024

/** After DISC. */
const lingerMs = 5_000

/** Smaller ones cost less to collect than to free. */
const freedBytesMin = 16 * 1024

export interface TransmissionNeeds extends Negotiated {
  readonly socket: Socket
  /** A failure below that the client only sees as an error number. */
  readonly onFailure: (cause: unknown) => void
}

/** Its data is read past before it is answered. */
interface RefusedWrite {
  readonly request: Request
  readonly refused: ErrorName
  left: number
}

/** A write whose data is still coming. */
type Incoming = RefusedWrite | { readonly request: Request; readonly buffer: Buffer; got: number }

/** Serves requests until the connection ends. */
export class Transmission {
  readonly #needs: TransmissionNeeds
  readonly #terms: Terms
  readonly #pool: BufferPool = bufferPool()
  readonly #replies: ReplyQueue
  readonly #header = Buffer.alloc(requestBytes)
  #headerGot = 0
  #incoming: Incoming | undefined
  /** Bytes that wait until replies have gone out. */
  #waiting: Buffer | undefined
  #syncing = 0
  #disconnecting = false
  #lastFailure = ''

  /** `first`: bytes that came with the handshake's last. */
  constructor(needs: TransmissionNeeds, first: Buffer) {
    const { socket, attachment, structured, allocation } = needs
    this.#needs = needs
    this.#terms = { size: attachment.size, readOnly: attachment.readOnly, structured, allocation }
    this.#replies = replyQueue(socket, this.#pool, () => {
      this.#goOn()
    })
    this.#waiting = first
  }

  start(): void {
    const { socket } = this.#needs
    socket.on('data', (bytes: Buffer) => {
      this.#receive(bytes)
      if (this.#waiting === undefined) giveMemoryBack(bytes)
    })
    socket.on('close', () => {
      this.#drop()
    })
    this.#goOn()
  }

  #receive(bytes: Buffer): void {
    let at = 0
    while (at < bytes.length && !this.#disconnecting) {
      if (this.#replies.full()) {
        this.#waiting = bytes.subarray(at)
        this.#needs.socket.pause()
        break
      }
      at = this.#incoming === undefined ? this.#takeHeader(bytes, at) : this.#takePayload(this.#incoming, bytes, at)
    }
    this.#replies.send()
  }

  #goOn(): void {
    const bytes = this.#waiting
    if (bytes === undefined) return
    this.#waiting = undefined
    this.#needs.socket.resume()
    this.#receive(bytes)
  }

  #takeHeader(bytes: Buffer, at: number): number {
    if (this.#headerGot === 0 && bytes.length - at >= requestBytes) {
      this.#begin(parseRequest(bytes, at))
      return at + requestBytes
    }
    const length = Math.min(requestBytes - this.#headerGot, bytes.length - at)
    bytes.copy(this.#header, this.#headerGot, at, at + length)
    this.#headerGot += length
    if (this.#headerGot === requestBytes) {
      this.#headerGot = 0
      this.#begin(parseRequest(this.#header, 0))
    }
    return at + length
  }

  #begin(request: Request): void {
    if (request.magic !== magics.request) {
      this.#disconnecting = true
      this.#needs.socket.destroy()
      return
    }
    if (request.type === commands.disconnect) {
      this.#disconnect()
      return
    }
    const refused = refusal(request, this.#terms)
    if (request.type === commands.write && request.length > 0) this.#expect(request, refused)
    else if (refused === undefined) this.#attempt(request)
    else this.#fail(request, refused)
  }

  #expect(request: Request, refused: ErrorName | undefined): void {
    if (refused === undefined) this.#incoming = { request, buffer: this.#pool.take(request.length), got: 0 }
    else this.#incoming = { request, refused, left: request.length }
  }

  #takePayload(write: Incoming, bytes: Buffer, at: number): number {
    if ('refused' in write) return this.#readPast(write, bytes, at)
    const { request, buffer, got } = write
    const length = Math.min(request.length - got, bytes.length - at)
    // What has come in one piece is encrypted where it lies: libuv's buffer is nobody else's.
    const whole = length === request.length
    if (!whole) bytes.copy(buffer, got, at, at + length)
    write.got += length
    if (write.got === request.length) {
      this.#incoming = undefined
      this.#attempt(request, whole ? bytes.subarray(at, at + length) : buffer.subarray(0, request.length))
      this.#pool.give(buffer)
    }
    return at + length
  }

  #readPast(write: RefusedWrite, bytes: Buffer, at: number): number {
    const length = Math.min(write.left, bytes.length - at)
    write.left -= length
    if (write.left === 0) {
      this.#incoming = undefined
      this.#fail(write.request, write.refused)
    }
    return at + length
  }

  #attempt(request: Request, payload?: Buffer): void {
    // Looked at for each request: a key that is taken away stops a connection that is open (design.md 7).
    if (!this.#needs.attachment.usable()) {
      this.#fail(request, 'EIO')
      return
    }
    try {
      this.#run(request, payload)
    } catch (cause) {
      this.#failBelow(request, cause)
    }
  }

  #run(request: Request, payload: Buffer | undefined): void {
    const { device } = this.#needs.attachment
    if (request.type === commands.read) {
      replyRead(this.#replies, device, { request, structured: this.#terms.structured })
    } else if (request.type === commands.blockStatus) {
      this.#status(request, device)
    } else {
      change(device, request, payload)
      if (request.type === commands.flush || (request.flags & commandFlags.fua) !== 0) void this.#sync(request, device)
      else replySimple(this.#replies, request.cookie, 'none')
    }
  }

  #status({ offset, length, flags, cookie }: Request, device: BlockDevice): void {
    const most = (flags & commandFlags.onlyOne) !== 0 ? 1 : statusExtentsMax
    const extents: Extent[] = []
    for (const extent of device.extents(offset, Math.min(length, statusRangeMax))) {
      extents.push(extent)
      if (extents.length === most) break
    }
    replyBlockStatus(this.#replies, cookie, { context: contextId, extents })
  }

  /** Other requests go on meanwhile. */
  async #sync(request: Request, device: BlockDevice): Promise<void> {
    this.#syncing += 1
    try {
      await device.flush()
      replySimple(this.#replies, request.cookie, 'none')
    } catch (cause) {
      this.#failBelow(request, cause)
    }
    this.#syncing -= 1
    this.#replies.send()
    this.#endWhenDone()
  }

  /** The same failure again and again, a damaged chunk that is read by a loop, is told once a connection. */
  #failBelow(request: Request, cause: unknown): void {
    const told = String(cause)
    if (told !== this.#lastFailure) this.#needs.onFailure(cause)
    this.#lastFailure = told
    this.#fail(request, errorOf(cause))
  }

  #fail({ type, cookie }: Request, error: ErrorName): void {
    const structured = this.#terms.structured && (type === commands.read || type === commands.blockStatus)
    if (structured) replyError(this.#replies, cookie, error)
    else replySimple(this.#replies, cookie, error)
  }

  /** "The server MUST handle all outstanding requests", then close; there is no reply. */
  #disconnect(): void {
    this.#disconnecting = true
    this.#replies.send()
    this.#endWhenDone()
  }

  /** Closes whether the client does or not, and gives the disk back: who reads no replies has so long for them. */
  #endWhenDone(): void {
    if (!this.#disconnecting || this.#syncing > 0) return
    const { socket } = this.#needs
    socket.setTimeout(lingerMs, () => socket.destroy())
    socket.destroySoon()
  }

  #drop(): void {
    if (this.#incoming !== undefined && 'buffer' in this.#incoming) this.#pool.give(this.#incoming.buffer)
    this.#incoming = undefined
    this.#waiting = undefined
    this.#pool.drop()
  }
}

/**
 * Frees what libuv read into, instead of leaving 64 KiB a read to the garbage collector, which then takes half the time of sequential writes.
 * Only where the socket's own, whole memory is at hand; nobody may hold a part of it.
 */
function giveMemoryBack({ buffer, byteOffset, length }: Buffer): void {
  if (length >= freedBytesMin && byteOffset === 0 && length === buffer.byteLength && buffer instanceof ArrayBuffer) buffer.transfer(0)
}

function change(device: BlockDevice, { type, offset, length, flags }: Request, payload: Buffer | undefined): void {
  if (type === commands.write && payload !== undefined) device.write(offset, payload)
  if (type === commands.trim) device.trim(offset, length)
  if (type === commands.writeZeroes) device.zero(offset, length, (flags & commandFlags.noHole) === 0)
}
