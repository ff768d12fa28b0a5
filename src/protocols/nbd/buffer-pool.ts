/** Room for headers beside a payload of the class's size. */
const slackBytes = 4096
const classes = [
  { bytes: 256 * 1024 + slackBytes, keep: 16 },
  { bytes: 1024 * 1024 + slackBytes, keep: 4 },
] as const

/** The buffer that a batch of small replies is laid out in. */
export const slabBytes = classes[0].bytes

/**
 * One connection's buffers: fresh memory costs page faults at these sizes. They hold plaintext, so they are zeroed when the connection ends,
 * and larger ones, which are not kept, at once.
 */
export interface BufferPool {
  take(bytes: number): Buffer
  give(buffer: Buffer): void
  drop(): void
}

export function bufferPool(): BufferPool {
  const free = classes.map(({ bytes, keep }) => ({ bytes, keep, buffers: new Array<Buffer>() }))
  let dropped = false
  return {
    take(bytes) {
      const fits = free.find(shelf => bytes <= shelf.bytes)
      return fits?.buffers.pop() ?? Buffer.allocUnsafeSlow(fits?.bytes ?? bytes)
    },
    give(buffer) {
      const shelf = dropped ? undefined : free.find(({ bytes }) => bytes === buffer.length)
      if (shelf !== undefined && shelf.buffers.length < shelf.keep) shelf.buffers.push(buffer)
      else buffer.fill(0)
    },
    drop() {
      dropped = true
      for (const { buffers } of free) for (const buffer of buffers.splice(0)) buffer.fill(0)
    },
  }
}
