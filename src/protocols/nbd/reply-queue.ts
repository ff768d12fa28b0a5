import type { Socket } from 'node:net'
import { slabBytes } from './buffer-pool.ts'
import type { BufferPool } from './buffer-pool.ts'

/**
 * Unsent bytes at which a connection's requests wait, and at which they go on: one large reply is on its way while the next is read. More
 * would be read ahead while the socket waits, then sent while nothing is read, and out of the processor's cache.
 */
const fullBytes = 512 * 1024
const roomBytes = slabBytes

/**
 * Replies laid out one after another in a slab and sent by one write a tick: at queue depth 32 the write calls are what costs
 * (disk-encryption.md E.3). A reply is reserved, filled in place and either kept or taken back whole.
 */
export interface ReplyQueue {
  /** The next `length` bytes of the stream, to be filled now. */
  reserve(length: number): Buffer
  /** Takes the last reservation back: nothing of it has been sent. */
  takeBack(length: number): void
  send(): void
  full(): boolean
}

export function replyQueue(socket: Socket, pool: BufferPool, onRoom: () => void): ReplyQueue {
  let slab: Buffer | undefined
  let used = 0
  let unsent = 0

  function send(): void {
    if (slab === undefined) return
    const buffer = slab
    const length = used
    slab = undefined
    used = 0
    if (length === 0 || socket.destroyed) {
      pool.give(buffer)
      return
    }
    unsent += length
    socket.write(buffer.subarray(0, length), () => {
      unsent -= length
      pool.give(buffer)
      if (unsent <= roomBytes) onRoom()
    })
  }

  return {
    reserve(length) {
      if (slab !== undefined && used + length > slab.length) send()
      slab ??= pool.take(Math.max(length, slabBytes))
      used += length
      return slab.subarray(used - length, used)
    },
    takeBack(length) {
      used -= length
    },
    send,
    full: () => unsent + used > fullBytes,
  }
}
